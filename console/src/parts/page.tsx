/** A screen: its title, what it is for, what one can do, and its content. */
import type { UseQueryResult } from '@tanstack/react-query';
import { useEffect, useRef, type ReactElement, type ReactNode } from 'react';
import { Loaded } from './message.tsx';

let isFirst = true;

export function Page(props: {
  readonly title: string;
  readonly intro?: ReactNode;
  readonly actions?: ReactNode;
  readonly badge?: ReactNode;
  readonly children: ReactNode;
}): ReactElement {
  const { title } = props;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Latchkey`;
  }, [title]);
  useEffect(() => {
    // Whoever comes from another screen begins at the title, unless a dialog is open.
    if (!isFirst && !document.querySelector('[role="dialog"]')) heading.current?.focus({ preventScroll: true });
    isFirst = false;
  }, []);
  return (
    <>
      <div className="head">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {props.badge}
        {props.actions === undefined ? null : <div className="actions">{props.actions}</div>}
        {props.intro === undefined ? null : <p>{props.intro}</p>}
      </div>
      {props.children}
    </>
  );
}

/** A screen whose title is in what it loads: until that is there, it has another. */
export function LoadedPage<T>(props: {
  readonly title: string;
  readonly query: Pick<UseQueryResult<T>, 'data' | 'error' | 'refetch'>;
  readonly children: (data: T) => ReactNode;
}): ReactElement {
  const { title, query, children } = props;
  if (query.data !== undefined) return <>{children(query.data)}</>;
  return (
    <Page title={title}>
      <Loaded query={query}>{children}</Loaded>
    </Page>
  );
}

export function Panel(props: {
  readonly title: string;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}): ReactElement {
  return (
    <section className="panel">
      <header>
        <h2>{props.title}</h2>
        {props.actions === undefined ? null : <div className="row">{props.actions}</div>}
      </header>
      {props.children}
    </section>
  );
}
