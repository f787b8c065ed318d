/** Puts a token that has changed where it is already shown, in its place. */
import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import type { Page, Token } from '../api/types.ts';

export function patchToken(client: QueryClient, token: Token): void {
  client.setQueriesData<InfiniteData<Page<Token>>>({ queryKey: ['tokens'] }, (data) => {
    if (!data?.pages.some(({ items }) => items.some(({ id }) => id === token.id))) return data;
    const pages = data.pages.map((page) =>
      page.items.some(({ id }) => id === token.id)
        ? { ...page, items: page.items.map((each) => (each.id === token.id ? { ...each, ...token } : each)) }
        : page,
    );
    return { ...data, pages };
  });
  client.setQueryData<Token>(['token', token.id], (known) => (known ? { ...known, ...token } : known));
}
