/** Lists tokens of every kind, page by page, for the code of hosts. */
import { Injectable } from '@nestjs/common';
import {
  ManagedKinds,
  TokenOrder,
  TokenSearch,
  cursorOf,
  readCursor,
  type TokenPlace,
  type TokenQuery,
  type WorkUnit,
} from '../core/index.js';
import { HostActors } from './host-actors.js';
import { TokenAccess, readerIdOf, scopeOf } from './token-access.js';
import type { Acting } from './token-manager.js';
import { TokenInfos } from './token-infos.js';
import { TokenRequestError } from './token-request-error.js';
import type { TokenPage, TokensToList } from './tokens-api.types.js';

const LIMIT = 50;
const LIMIT_MAX = 200;

@Injectable()
export class HostTokenLists {
  constructor(
    private readonly search: TokenSearch,
    private readonly kinds: ManagedKinds,
    private readonly infos: TokenInfos,
    private readonly actors: HostActors,
    private readonly access: TokenAccess,
  ) {}

  /** @throws TokenRequestError; DomainError `too_many_at_once` */
  async page({ reader, unit }: Acting, wanted: TokensToList): Promise<TokenPage> {
    const { limit = LIMIT, cursor, order: by = 'newest' } = wanted;
    if (!Number.isInteger(limit) || limit < 1 || limit > LIMIT_MAX) {
      throw new TokenRequestError('limit', `limit must be a whole number from 1 to ${String(LIMIT_MAX)}`);
    }
    const query = await this.query(wanted, unit);
    const list = ['tokens of a host', by, query];
    const order = ORDERS[by];
    const after = cursor === undefined ? undefined : placeOf(cursor, list);
    const places = await this.search.places(
      readerIdOf(reader),
      scopeOf(reader),
      await this.access.withOwners(reader, query),
      { order, after, limit: limit + 1 },
    );
    const shown = places.slice(0, limit);
    const last = places.length > limit ? shown.at(-1) : undefined;
    const found = await this.search.load(shown.map(({ id }) => id));
    return {
      tokens: await this.infos.all(
        unit,
        shown.flatMap(({ id }) => found.get(id) ?? []),
      ),
      next: last ? cursorOf([last.key, last.id], list) : null,
    };
  }

  private async query(
    { kind, account, owner, createdBy, state, search, ...more }: TokensToList,
    unit: WorkUnit,
  ): Promise<TokenQuery> {
    const kinds = listed(kind) ?? this.kinds.names;
    const unknown = kinds.find((each) => !this.kinds.find(each));
    if (unknown !== undefined) {
      const there = this.kinds.names.join(', ');
      throw new TokenRequestError('kind', `there are no tokens of the kind ${unknown}; there are ${there}`);
    }
    return {
      kinds,
      accountId: account,
      ownerId: owner === undefined ? undefined : await this.actors.numberOf('owner', owner, unit),
      createdBy: createdBy === undefined ? undefined : String(await this.actors.numberOf('createdBy', createdBy, unit)),
      states: listed(state),
      expiresBefore: more.expiresBefore,
      expiresAfter: more.expiresAfter,
      unusedSince: more.unusedSince,
      text: search === '' ? undefined : search,
    };
  }
}

const ORDERS: Readonly<Record<NonNullable<TokensToList['order']>, TokenOrder>> = {
  newest: new TokenOrder('created_at', true),
  oldest: new TokenOrder('created_at', false),
  name: new TokenOrder('name', false),
  expiry: new TokenOrder('expires_at', false),
  last_use: new TokenOrder('last_used_at', true),
};

function placeOf(cursor: string, list: readonly unknown[]): TokenPlace {
  const place = readCursor(cursor, list, 2);
  const [key, id] = typeof place === 'string' ? [] : place;
  if (key !== null && key !== undefined && typeof id === 'string') return { key, id };
  throw new TokenRequestError('cursor', 'cursor is not `next` of a page with the same other values; leave it away');
}

function listed<T extends string>(value: T | readonly T[] | undefined): readonly T[] | undefined {
  return typeof value === 'string' ? [value] : value;
}
