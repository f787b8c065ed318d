/** Messages in the page: what went wrong and what to do, what is empty, what is being loaded. */
import type { ReactElement, ReactNode } from 'react';
import type { UseQueryResult } from '@tanstack/react-query';
import { Problem, messageOf } from '../api/problem.ts';
import { Button } from './button.tsx';

export type MessageTone = 'info' | 'good' | 'warn' | 'bad';

export function Message(props: {
  readonly children: ReactNode;
  readonly tone?: MessageTone;
  readonly isAlert?: boolean;
}): ReactElement {
  return (
    <div className="message" data-tone={props.tone ?? 'info'} role={props.isAlert === true ? 'alert' : undefined}>
      {props.children}
    </div>
  );
}

/** In the words of the server, with all that is wrong. */
export function ProblemMessage({ problem }: { readonly problem: Problem }): ReactElement {
  return (
    <Message tone="bad" isAlert>
      <div>
        <strong>{problem.message}</strong>
        {problem.errors.length > 0 ? (
          <ul>
            {problem.errors.map(({ pointer, parameter, detail }) => (
              <li key={`${pointer ?? parameter ?? ''}${detail}`}>{detail}</li>
            ))}
          </ul>
        ) : null}
        {problem.status === 409 && problem.type === 'conflict' ? (
          <p>Somebody may have changed it in the meantime. Close this and look again.</p>
        ) : null}
        {problem.isPassing ? <p>Nothing is lost: press the button again to repeat the same request.</p> : null}
        {problem.status === 500 && problem.requestId !== undefined ? (
          <p>
            For the log of the server: request <code>{problem.requestId}</code>
          </p>
        ) : null}
      </div>
    </Message>
  );
}

/** Shows its children once there is something; before that, what is going on. */
export function Loaded<T>({
  query,
  children,
}: {
  readonly query: Pick<UseQueryResult<T>, 'data' | 'error' | 'refetch'>;
  readonly children: (data: T) => ReactNode;
}): ReactElement {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error) {
    const isPassing = query.error instanceof Problem && query.error.isPassing;
    return (
      <Message tone={isPassing ? 'warn' : 'bad'} isAlert={!isPassing}>
        <span>{messageOf(query.error)}</span>
        <Button onPress={() => void query.refetch()}>Try again</Button>
      </Message>
    );
  }
  return (
    <p className="soft" role="status">
      Loading…
    </p>
  );
}

export function Empty({ children }: { readonly children: ReactNode }): ReactElement {
  return <div className="empty">{children}</div>;
}
