/** The filters of the list of tokens, as they stand in the address, and what the API is asked for. */
import type { QueryValue } from '../../api/call.ts';

const DAY_MS = 86_400_000;

export interface Filters {
  readonly q: string;
  readonly kind: string;
  readonly state: string;
  readonly account_id: string;
  readonly owner_id: string;
  readonly created_by: string;
  /** Days within which they expire. */
  readonly expires: string;
  /** Days for which they have not been used. */
  readonly unused: string;
  /** `running`: two secrets are valid. `used`: the old one is still used. */
  readonly overlap: string;
  readonly sort: string;
}

export const FILTER_NAMES = [
  'q',
  'kind',
  'state',
  'account_id',
  'owner_id',
  'created_by',
  'expires',
  'unused',
  'overlap',
  'sort',
] as const;

export const DEFAULT_SORT = '-created_at';

export function filtersIn(search: URLSearchParams): Filters {
  const entries = FILTER_NAMES.map((name) => [name, search.get(name) ?? '']);
  const filters = Object.fromEntries(entries) as unknown as Filters;
  return { ...filters, sort: filters.sort === '' ? DEFAULT_SORT : filters.sort };
}

/** How many are set, besides the search. */
export function countOf(filters: Filters): number {
  return FILTER_NAMES.filter((name) => name !== 'q' && name !== 'sort' && filters[name] !== '').length;
}

/** The earliest time: an old secret that was ever used. */
const EVER = '1970-01-01T00:00:00.000Z';

/** @param now - fixed while the list is shown, or its pages would not fit together */
export function filterQuery(filters: Filters, now: number): Record<string, QueryValue> {
  const { q, kind, state, account_id, owner_id, created_by } = filters;
  const days = (text: string, sign: number): string | undefined =>
    /^\d{1,4}$/.test(text) ? new Date(now + sign * Number(text) * DAY_MS).toISOString() : undefined;
  const expiresBefore = days(filters.expires, 1);
  const query = {
    q,
    kind,
    state,
    account_id,
    owner_id,
    created_by,
    expires_before: expiresBefore,
    expires_after: expiresBefore === undefined ? undefined : new Date(now).toISOString(),
    unused_since: days(filters.unused, -1),
    overlap: filters.overlap === '' ? undefined : 'running',
    old_secret_used_since: filters.overlap === 'used' ? EVER : undefined,
  };
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined && value !== ''));
}
