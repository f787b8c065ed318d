/** Signs in by e-mail address and password, by a token, or at the provider of the organization. */
import { useEffect, useState, type ReactElement, type SyntheticEvent } from 'react';
import { useAction } from '../api/action.ts';
import { send } from '../api/client.ts';
import { API_URL, BASE_PATH } from '../api/place.ts';
import type { Me, SignInWays } from '../api/types.ts';
import { enter } from '../app/session.ts';
import { signInError } from '../app/sign-in-error.ts';
import { Button } from '../parts/button.tsx';
import { Choices, TextField } from '../parts/fields.tsx';
import { Message, ProblemMessage } from '../parts/message.tsx';

type Way = 'password' | 'token';

/** What there is on every server. */
const USUAL_WAYS: SignInWays = { password: 'everyone', token: true, openid: null, host: null };

/** What the server offers; `undefined` until it has answered, so that nothing moves below somebody's hand. */
function useWays(): SignInWays | undefined {
  const [ways, setWays] = useState<SignInWays | undefined>();
  useEffect(() => {
    const leaving = new AbortController();
    void send<SignInWays>({ method: 'GET', path: '/session/ways' }, { signal: leaving.signal }).then(setWays, () => {
      if (!leaving.signal.aborted) setWays(USUAL_WAYS);
    });
    return () => {
      leaving.abort();
    };
  }, []);
  return ways;
}

/** Leaves the page for the provider, which leads back to where one was. */
function goToProvider(): void {
  const { pathname, search } = window.location;
  const place = pathname.slice(BASE_PATH.length).replace(/^\/+/, '') + search;
  window.location.assign(`${API_URL}/session/openid?${new URLSearchParams({ return_to: place }).toString()}`);
}

/** Where the host signs people in, with the page to come back to. */
function hostAddress(url: string): string {
  const { pathname, search } = window.location;
  return url.replace('{return_to}', encodeURIComponent(pathname + search));
}

/** The host is asked again with every look: whoever has signed in there only has to come back. */
function HostWay(props: { readonly host: NonNullable<SignInWays['host']>; readonly hasOthers: boolean }): ReactElement {
  const { host, hasOthers } = props;
  const name = host.name ?? 'the application';
  const url = host.sign_in_url;
  return (
    <>
      <p>You come in with your sign-in at {name}.</p>
      <Button
        tone="main"
        onPress={() => {
          if (url === null) window.location.reload();
          else window.location.assign(hostAddress(url));
        }}
      >
        {url === null ? 'I have signed in there' : `Sign in at ${name}`}
      </Button>
      {hasOthers ? <p className="divider soft small">or</p> : null}
    </>
  );
}

function ProviderButton({ label }: { readonly label: string }): ReactElement {
  const [isLeaving, setLeaving] = useState(false);
  useEffect(() => {
    // The browser may show the page as it was left.
    const back = (): void => {
      setLeaving(false);
    };
    window.addEventListener('pageshow', back);
    return () => {
      window.removeEventListener('pageshow', back);
    };
  }, []);
  return (
    <>
      <Button
        tone="main"
        isPending={isLeaving}
        onPress={() => {
          setLeaving(true);
          goToProvider();
        }}
      >
        {label}
      </Button>
      <p className="divider soft small">or</p>
    </>
  );
}

export function SignIn({ hasEnded }: { readonly hasEnded: boolean }): ReactElement {
  const ways = useWays();
  return (
    <main className="sign-in">
      <div className="panel">
        <div className="row">
          <img src={`${BASE_PATH}/icon.svg`} alt="" width="36" height="36" />
          <h1>Latchkey</h1>
        </div>
        {ways ? (
          <Ways ways={ways} hasEnded={hasEnded} />
        ) : (
          <p className="soft" role="status">
            Loading…
          </p>
        )}
        <p className="soft small">No access yet? Ask your administrator.</p>
      </div>
    </main>
  );
}

function Ways({ ways, hasEnded }: { readonly ways: SignInWays; readonly hasEnded: boolean }): ReactElement {
  const action = useAction();
  const error = signInError();
  const hasForm = ways.password !== 'nobody' || ways.token;
  return (
    <>
      {hasEnded && !action.problem ? (
        <Message tone="warn" isAlert>
          Your session has ended. Sign in again to go on where you were.
        </Message>
      ) : null}
      {error !== undefined && !hasEnded && !action.problem ? (
        <Message tone="bad" isAlert>
          {error}
        </Message>
      ) : null}
      {action.problem ? <ProblemMessage problem={action.problem} /> : null}
      {ways.host ? <HostWay host={ways.host} hasOthers={hasForm} /> : null}
      {ways.host || hasForm ? null : (
        <Message tone="warn">
          People sign in at the application that embeds this server, and it has not been told to let them in here: its
          developers give LatchkeyApiModule a signIn.
        </Message>
      )}
      {ways.openid ? <ProviderButton label={ways.openid.label} /> : null}
      {hasForm ? <SignInForm ways={ways} action={action} /> : null}
    </>
  );
}

function SignInForm({
  ways,
  action,
}: {
  readonly ways: SignInWays;
  readonly action: ReturnType<typeof useAction>;
}): ReactElement {
  const [chosen, setChosen] = useState<Way>('password');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [token, setToken] = useState('');
  const way = ways.password === 'nobody' ? 'token' : chosen;
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
    <form className="stack" onSubmit={(event) => void submit(event)}>
      {ways.password === 'nobody' ? null : (
        <Choices
          label="Sign in with"
          value={way}
          onChange={(value) => {
            setChosen(value as Way);
            action.reset();
          }}
          options={[
            { value: 'password', text: 'Password' },
            { value: 'token', text: 'Access token' },
          ]}
        />
      )}
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
            {...(ways.password === 'administrators' && { hint: 'Only administrators of the server can use one here.' })}
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
      <Button type="submit" {...(ways.openid || ways.host ? {} : { tone: 'main' })} isPending={action.isPending}>
        {action.isPending ? 'Signing in…' : 'Sign in'}
      </Button>
    </form>
  );
}
