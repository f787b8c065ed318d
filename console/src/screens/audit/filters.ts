/** The filters of the audit log, as they stand in the address, and what the API is asked for. */
import type { QueryValue } from '../../api/call.ts';

const TEXTS = ['q', 'action', 'account_id', 'author_id', 'target_id', 'address'] as const;

/** Spans of time that can be chosen, in hours. */
export const SPANS = [
  { value: '', text: 'All times' },
  { value: '1', text: 'Last hour' },
  { value: '24', text: 'Last 24 hours' },
  { value: '168', text: 'Last 7 days' },
  { value: '720', text: 'Last 30 days' },
] as const;

export const ACTIONS = [
  { value: '', text: 'Everything' },
  { value: 'token.*', text: 'Tokens' },
  { value: 'user.*', text: 'People' },
  { value: 'account.*', text: 'Accounts' },
  { value: 'membership.*', text: 'Memberships' },
  { value: 'user.login_failed', text: 'Failed logins' },
  { value: 'application.*', text: 'Applications' },
  { value: 'policy.*', text: 'Policies' },
  { value: 'server.*', text: 'The server' },
] as const;

const HOUR_MS = 3_600_000;

/** Times are those of full minutes, so that the pages of a list fit together. */
export function auditQuery(search: URLSearchParams, now = Date.now()): Record<string, QueryValue> {
  const texts = TEXTS.flatMap((name) => {
    const value = search.get(name) ?? '';
    return value === '' ? [] : [[name, value] as const];
  });
  const hours = search.get('hours') ?? '';
  const minute = Math.floor(now / 60_000) * 60_000;
  const after = /^\d{1,4}$/.test(hours) ? { after: new Date(minute - Number(hours) * HOUR_MS).toISOString() } : {};
  return { ...Object.fromEntries(texts), ...after };
}
