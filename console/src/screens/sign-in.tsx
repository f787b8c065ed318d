/** Signs in by e-mail address and password, or by a token. */
import { useState, type ReactElement, type SyntheticEvent } from 'react';
import { useAction } from '../api/action.ts';
import { BASE_PATH } from '../api/place.ts';
import type { Me } from '../api/types.ts';
import { enter } from '../app/session.ts';
import { Button } from '../parts/button.tsx';
import { Choices, TextField } from '../parts/fields.tsx';
import { Message, ProblemMessage } from '../parts/message.tsx';

type Way = 'password' | 'token';

export function SignIn({ hasEnded }: { readonly hasEnded: boolean }): ReactElement {
  const [way, setWay] = useState<Way>('password');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [token, setToken] = useState('');
  const action = useAction();
  const submit = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    const body = way === 'password' ? { email, password } : { token: token.trim() };
    const done = await action.run<Me>({ method: 'POST', path: '/session', body });
    if (!done) return;
    setPassword('');
    setToken('');
    enter(done.answer);
  };
  return (
    <main className="sign-in">
      <form className="panel" onSubmit={(event) => void submit(event)}>
        <div className="row">
          <img src={`${BASE_PATH}/icon.svg`} alt="" width="36" height="36" />
          <h1>Latchkey</h1>
        </div>
        {hasEnded && !action.problem ? (
          <Message tone="warn" isAlert>
            Your session has ended. Sign in again to go on where you were.
          </Message>
        ) : null}
        {action.problem ? <ProblemMessage problem={action.problem} /> : null}
        <Choices
          label="Sign in with"
          value={way}
          onChange={(value) => {
            setWay(value as Way);
            action.reset();
          }}
          options={[
            { value: 'password', text: 'Password' },
            { value: 'token', text: 'Access token' },
          ]}
        />
        {way === 'password' ? (
          <>
            <TextField
              label="E-mail address"
              type="email"
              autoComplete="username"
              isRequired
              value={email}
              onChange={setEmail}
            />
            <TextField
              label="Password"
              type="password"
              autoComplete="current-password"
              isRequired
              value={password}
              onChange={setPassword}
            />
          </>
        ) : (
          <TextField
            label="Access token"
            type="password"
            autoComplete="off"
            isRequired
            hint="A personal token of yours, such as the one that the first start printed."
            value={token}
            onChange={setToken}
          />
        )}
        <Button type="submit" tone="main" isPending={action.isPending}>
          {action.isPending ? 'Signing in…' : 'Sign in'}
        </Button>
        <p className="soft small">No access yet? Ask your administrator.</p>
      </form>
    </main>
  );
}
