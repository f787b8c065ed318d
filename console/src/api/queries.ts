/** What the screens read, by keys that the live stream and actions can mark as outdated. */
import {
  keepPreviousData,
  useInfiniteQuery,
  useQuery,
  type InfiniteData,
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
  });
}

/** All rows that were loaded. */
export function rowsOf<T>({ data }: Pick<PagedList<T>, 'data'>): readonly T[] {
  return data?.pages.flatMap(({ items }) => items) ?? [];
}

/** For `List`. */
export function moreOf<T>(list: PagedList<T>): { load: () => void; isLoading: boolean } | undefined {
  if (!list.hasNextPage) return undefined;
  return { load: () => void list.fetchNextPage(), isLoading: list.isFetchingNextPage };
}

export const userPath = (id: string, ...parts: readonly string[]): string => pathOf('users', id, ...parts);
export const tokenPath = (id: string, ...parts: readonly string[]): string => pathOf('tokens', id, ...parts);
export const accountPath = (id: string, ...parts: readonly string[]): string => pathOf('accounts', id, ...parts);
