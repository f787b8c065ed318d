/**
 * Searches tokens of every kind and owner, in several orders. The order of creation follows indexes; the others look at all
 * tokens that the reader may see, a slice at a time, and keep the best of each.
 */
import { Injectable } from '@nestjs/common';
import type { SelectQueryBuilder } from 'typeorm';
import { isAmongAccounts, type AccountScope } from '../account-scope.js';
import { Clock } from '../clock.js';
import { dataSourceOf } from '../database/row-mapper.js';
import { LongReads } from '../database/long-reads.js';
import type { ReaderId } from '../database/read-slots.js';
import type { SlicedQuery } from '../database/sliced-query.js';
import { UnitOfWork, type WorkUnit } from '../database/unit-of-work.js';
import { addConditions, isNarrow, type TokenConditions } from './token-conditions.js';
import { placesAfter, type TokenOrder, type TokenPlace } from './token-order.js';
import { Token } from './token.entity.js';

/** Whose tokens a reader may see. */
export type TokenScope =
  | 'all'
  | {
      /** Their own. */
      readonly userId: number;
      /** Those of these accounts. */
      readonly accounts: AccountScope;
    };

export interface TokenQuery extends TokenConditions {
  /** The kinds (Token.kind). */
  readonly kinds: readonly string[];
  readonly accountId?: string | undefined;
  readonly ownerId?: number | undefined;
  /** The id of a user, as text. */
  readonly createdBy?: string | undefined;
}

/** The next of an order. */
export interface TokenPageRequest {
  readonly order: TokenOrder;
  readonly after: TokenPlace | undefined;
  readonly limit: number;
}

const BY_AGE = ['createdAt', 'id'] as const;

type Condition = (query: SelectQueryBuilder<Token>) => unknown;

@Injectable()
export class TokenSearch {
  constructor(
    private readonly reads: LongReads,
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  /** The places of the next tokens, in order; at most `limit`. */
  async places(
    reader: ReaderId,
    scope: TokenScope,
    query: TokenQuery,
    { order, after, limit }: TokenPageRequest,
  ): Promise<TokenPlace[]> {
    const found: TokenPlace[] = [];
    for (const source of this.sources(scope, query, order.isDescending)) {
      found.push(...(await placesAfter(this.reads, reader, source, { order, after, limit })));
    }
    return found.sort((one, other) => order.compare(one, other)).slice(0, limit);
  }

  /** How many there are, counted up to a limit. */
  async count(reader: ReaderId, scope: TokenScope, query: TokenQuery, limit: number): Promise<number> {
    let count = 0;
    for (const source of this.sources(scope, query, false)) {
      if (count < limit) count += await this.reads.countTo(reader, source, limit - count);
    }
    return count;
  }

  /** All of them in batches, each owner's oldest first. */
  async *batches(reader: ReaderId, scope: TokenScope, query: TokenQuery): AsyncGenerator<Token[], void> {
    for (const source of this.sources(scope, query, false)) yield* this.reads.batches(reader, source);
  }

  /**
   * Those of these tokens that exist, by their ids, with what tells whether their overlap runs.
   * @param unit - of a transaction, whose own tokens are found as well
   */
  async load(ids: readonly string[], unit: WorkUnit = this.unitOfWork): Promise<ReadonlyMap<string, Token>> {
    if (ids.length === 0) return new Map();
    const tokens = await unit.read((manager) =>
      manager
        .createQueryBuilder(Token, 'row')
        .addSelect('row.previousSecretDigest')
        .where('row.id IN (:...ids)', { ids })
        .getMany(),
    );
    return new Map(tokens.map((token) => [token.id, token]));
  }

  /** Queries that together have every token once, each in an order that an index has. */
  private sources(scope: TokenScope, query: TokenQuery, descending: boolean): SlicedQuery<Token>[] {
    const { kinds, accountId, ownerId, createdBy, ...conditions } = query;
    if (kinds.length === 0) return [];
    const now = this.clock.now();
    const filters: Condition[] = [];
    if (isNarrow(conditions)) {
      filters.push((builder) => {
        addConditions(builder, conditions, now);
      });
    }
    const source = (where: Condition, more: readonly Condition[]): SlicedQuery<Token> => ({
      entity: Token,
      where,
      filter: all([...filters, ...more]),
      order: BY_AGE,
      descending,
      columns: ['id', 'createdAt'],
    });
    const isOf =
      (values: Partial<Token>): Condition =>
      (builder) =>
        builder.andWhere(values);
    const owner: Condition[] = [
      ...(accountId === undefined ? [] : [isOf({ accountId })]),
      ...(ownerId === undefined ? [] : [isOf({ userId: ownerId })]),
    ];
    if (createdBy !== undefined) return [source(isOf({ createdBy }), [isAmong(kinds), within(scope), ...owner])];
    const owners = ownersIn(scope, accountId, ownerId);
    if (owners === 'all') return [source(notLogins, [isAmong(kinds)])];
    if (owners === 'many') return [source(notLogins, [isAmong(kinds), within(scope)])];
    return owners.flatMap((values) => kinds.map((kind) => source(isOf({ ...values, kind }), owner)));
  }
}

/** So that the index of all tokens by their age is used, which has no logins. */
const notLogins: Condition = (query) => query.andWhere(`row.kind <> 'session'`);

function isPostgres(query: SelectQueryBuilder<Token>): boolean {
  return dataSourceOf(query).options.type === 'postgres';
}

function isAmong(kinds: readonly string[]): Condition {
  // SQLite would rather look a kind up in another index, and sort all tokens of it for each slice.
  return (query) => query.andWhere(`${isPostgres(query) ? 'row.kind' : `row.kind || ''`} IN (:...kinds)`, { kinds });
}

function within(scope: TokenScope): Condition {
  if (scope === 'all') return () => undefined;
  const { userId, accounts } = scope;
  return (query) => {
    // SQLite would rather look at all tokens of each of these owners, for each slice.
    const [user, account] = isPostgres(query)
      ? ['row.userId', 'row.accountId']
      : ['row.userId + 0', `row.accountId || ''`];
    const condition = `(${user} = :scopeUser OR ${isAmongAccounts(query, account, accounts)})`;
    return query.andWhere(condition, { scopeUser: userId });
  };
}

/** The owners whose tokens are looked at one after the other; `many` if that would take too long. */
function ownersIn(
  scope: TokenScope,
  accountId: string | undefined,
  ownerId: number | undefined,
): 'all' | 'many' | readonly Partial<Token>[] {
  if (accountId !== undefined || ownerId !== undefined) return ownerIn(scope, accountId, ownerId);
  if (scope === 'all') return 'all';
  const { few } = scope.accounts;
  return few ? [{ userId: scope.userId }, ...few.map((id) => ({ accountId: id }))] : 'many';
}

function ownerIn(
  scope: TokenScope,
  accountId: string | undefined,
  ownerId: number | undefined,
): readonly Partial<Token>[] {
  if (scope === 'all') return ownerId === undefined ? [{ accountId }] : [{ userId: ownerId }];
  if (accountId !== undefined && ownerId !== undefined) return [];
  if (accountId !== undefined) return scope.accounts.has(accountId) ? [{ accountId }] : [];
  return ownerId === scope.userId ? [{ userId: ownerId }] : [];
}

function all(conditions: readonly Condition[]): Condition | undefined {
  if (conditions.length === 0) return undefined;
  return (query) => {
    for (const condition of conditions) condition(query);
  };
}
