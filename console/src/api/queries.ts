/** What the screens read, by keys that the live stream and actions can mark as outdated. */
import {
  keepPreviousData,
  useInfiniteQuery,
  useQuery,
  type InfiniteData,
  type Query,
  type QueryClient,
  type UseInfiniteQueryResult,
  type UseQueryResult,
} from '@tanstack/react-query';
import { pathOf, type Call } from './call.ts';
import { send } from './client.ts';
import type { Page } from './types.ts';

/** One resource. */
export function useResource<T>(key: readonly unknown[], call: Call, isEnabled = true): UseQueryResult<T> {
  return useQuery({ queryKey: key, queryFn: ({ signal }) => send<T>(call, { signal }), enabled: isEnabled });
}

/** Lists of more pages are not read again by themselves: it would take a request for each. */
const PAGES_READ_AGAIN = 3;

export type PagedList<T> = UseInfiniteQueryResult<InfiniteData<Page<T>>>;

/** A list, page by page. What is shown stays while another filter is being asked for. */
export function usePagedList<T>(key: readonly unknown[], call: Call): PagedList<T> {
  return useInfiniteQuery({
    queryKey: [...key, call.query],
    queryFn: ({ pageParam, signal }) =>
      send<Page<T>>({ ...call, query: { ...call.query, cursor: pageParam } }, { signal }),
    initialPageParam: '',
    getNextPageParam: ({ next_cursor: next }: Page<T>) => next ?? undefined,
    placeholderData: keepPreviousData,
    refetchOnMount: ({ state }) => (state.data?.pages.length ?? 0) <= PAGES_READ_AGAIN,
  });
}

const rowsByData = new WeakMap<object, readonly unknown[]>();

/** All rows that were loaded; the same array as long as they are the same. */
export function rowsOf<T>({ data }: Pick<PagedList<T>, 'data'>): readonly T[] {
  if (!data) return [];
  const rows = (rowsByData.get(data) as readonly T[] | undefined) ?? data.pages.flatMap(({ items }) => items);
  rowsByData.set(data, rows);
  return rows;
}

/** Marks what was read as outdated, and reads again what is shown, except lists of many pages. */
export function outdate(client: QueryClient, key: readonly unknown[], isShown = true): void {
  void client.invalidateQueries({ queryKey: key, refetchType: 'none' });
  if (isShown) void client.refetchQueries({ queryKey: key, type: 'active', predicate: isShort });
}

function isShort({ state: { data } }: Query): boolean {
  const { pages } = (data ?? {}) as { readonly pages?: readonly unknown[] };
  return (pages?.length ?? 0) <= PAGES_READ_AGAIN;
}

/** For `List`. */
export function moreOf<T>(list: PagedList<T>): { load: () => void; isLoading: boolean } | undefined {
  if (!list.hasNextPage) return undefined;
  return { load: () => void list.fetchNextPage(), isLoading: list.isFetchingNextPage };
}

export const userPath = (id: string, ...parts: readonly string[]): string => pathOf('users', id, ...parts);
export const tokenPath = (id: string, ...parts: readonly string[]): string => pathOf('tokens', id, ...parts);
export const accountPath = (id: string, ...parts: readonly string[]): string => pathOf('accounts', id, ...parts);
