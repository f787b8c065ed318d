/** Lists and exports tokens on behalf of a caller. */
import { Injectable } from '@nestjs/common';
import { ManagedKinds, TokenSearch, type Token } from '../../../core/index.js';
import type { ApiCaller } from '../session/api-caller.js';
import { cursorOf, placeOf } from '../query/paging.js';
import { TokenAccess, scopeOf, type TokenReader } from '../../../managing/index.js';
import { UserIds } from '../users/user-ids.js';
import { TokenPresenter } from './token-presenter.js';
import { listKeyOf, tokenOrderOf, tokenQueryOf, type TokenFilterValues, type TokenListValues } from './tokens.query.js';
import type { TokenListView, TokenView } from './tokens.views.js';

/** More are not counted. */
const MOST_COUNTED = 10_000;

@Injectable()
export class TokenLists {
  constructor(
    private readonly search: TokenSearch,
    private readonly kinds: ManagedKinds,
    private readonly access: TokenAccess,
    private readonly views: TokenPresenter,
    private readonly ids: UserIds,
  ) {}

  /** @throws Problem; DomainError `too_many_at_once` */
  async page(caller: ApiCaller, values: TokenListValues): Promise<TokenListView> {
    const { limit, cursor, sort, total } = values;
    const { user } = caller;
    const given = await tokenQueryOf(values, this.kinds, this.ids);
    const order = tokenOrderOf(sort);
    const key = listKeyOf(values);
    const after = cursor === undefined ? undefined : place(cursor, key);
    const reader = await this.access.readerOf(caller);
    const scope = scopeOf(reader);
    const query = await this.access.withOwners(reader, given);
    const places = await this.search.places(user.id, scope, query, { order, after, limit: limit + 1 });
    const shown = places.slice(0, limit);
    const last = places.length > limit ? shown.at(-1) : undefined;
    const ids = shown.map(({ id }) => id);
    // All are there: they need not be looked for once more.
    const isWhole = after === undefined && !last;
    const count = (): Promise<number> | number =>
      isWhole ? places.length : this.search.count(user.id, scope, query, MOST_COUNTED);
    return {
      items: await this.viewsOf(reader, ids),
      next_cursor: last ? cursorOf([last.key, last.id], key) : null,
      total: total ? await count() : null,
    };
  }

  /** All that match, in batches. @throws Problem; DomainError `too_many_at_once` */
  async *all(caller: ApiCaller, values: TokenFilterValues): AsyncGenerator<TokenView[], void> {
    const { user } = caller;
    const given = await tokenQueryOf(values, this.kinds, this.ids);
    const reader = await this.access.readerOf(caller);
    const query = await this.access.withOwners(reader, given);
    for await (const batch of this.search.batches(user.id, scopeOf(reader), query)) {
      const views = await this.viewsOf(
        reader,
        batch.map(({ id }) => id),
      );
      if (views.length > 0) yield views;
    }
  }

  /** In the order of the ids; tokens that are gone meanwhile are left out. */
  private async viewsOf(reader: TokenReader, ids: readonly string[]): Promise<TokenView[]> {
    const found = await this.search.load(ids);
    const tokens = ids.flatMap((id): Token[] => {
      const token = found.get(id);
      return token ? [token] : [];
    });
    return this.views.all(reader, tokens);
  }
}

/** @throws Problem */
function place(cursor: string, key: readonly unknown[]): { key: string | number; id: string } {
  const [value, id] = placeOf(cursor, key, 2);
  return { key: value ?? 0, id: String(id) };
}
