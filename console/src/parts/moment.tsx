/** Times as people say them, with the exact one in the title and for programs. */
import { useSyncExternalStore, type ReactElement } from 'react';
import type { LastUse } from '../api/types.ts';
import { store } from '../live/store.ts';

const EXACT = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
const EXACT_DATE = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium' });
const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What is shown is so far behind at most. */
const TICK_MS = 20_000;

const now = store(Date.now());
setInterval(() => {
  now.set(Date.now());
}, TICK_MS);

export function useNow(): number {
  return useSyncExternalStore(now.subscribe, now.get);
}

export function relative(time: number, from: number): string {
  const distance = time - from;
  const size = Math.abs(distance);
  if (size < MINUTE) return distance > TICK_MS ? 'in less than a minute' : 'just now';
  if (size < HOUR) return RELATIVE.format(Math.round(distance / MINUTE), 'minute');
  if (size < DAY) return RELATIVE.format(Math.round(distance / HOUR), 'hour');
  if (size < 60 * DAY) return RELATIVE.format(Math.round(distance / DAY), 'day');
  if (size < 700 * DAY) return RELATIVE.format(Math.round(distance / (30.44 * DAY)), 'month');
  return RELATIVE.format(Math.round(distance / (365.25 * DAY)), 'year');
}

export function exact(time: string): string {
  return EXACT.format(new Date(time));
}

export function exactDate(time: string): string {
  return EXACT_DATE.format(new Date(time));
}

/** `3 hours ago`, or `never`. */
export function Moment({ at, none = '–' }: { readonly at: string | null; readonly none?: string }): ReactElement {
  const current = useNow();
  if (at === null) return <span className="soft">{none}</span>;
  return (
    <time dateTime={at} title={exact(at)} className="nowrap">
      {relative(new Date(at).getTime(), current)}
    </time>
  );
}

/** Date and time, for rows whose order is that of time. */
export function ExactMoment({ at }: { readonly at: string }): ReactElement {
  const current = useNow();
  return (
    <time dateTime={at} title={relative(new Date(at).getTime(), current)} className="nowrap">
      {exact(at)}
    </time>
  );
}

/** When and from where. */
export function Use({ use, none = 'Never' }: { readonly use: LastUse | null; readonly none?: string }): ReactElement {
  if (use === null) return <span className="soft">{none}</span>;
  return (
    <>
      <span className="line">
        <Moment at={use.at} />
      </span>{' '}
      {use.address === null ? null : (
        <span className="line soft small" title={use.user_agent ?? undefined}>
          {use.address}
        </span>
      )}
    </>
  );
}

/** In a sentence, for dialogs. */
export function usedWords(use: LastUse | null, current: number): string {
  if (use === null) return 'never used';
  const where = use.address === null ? '' : ` from ${use.address}`;
  return `used ${relative(new Date(use.at).getTime(), current)}${where}`;
}
