/** Finds the tokens that belong to a person: those that act for them, and those that they created. */
import { In, type EntityManager, type SelectQueryBuilder } from 'typeorm';
import { Token, type LongReads, type ReaderId, type SlicedQuery } from '../../core/index.js';

/** Numbers of tokens by their kind, for example `{ personal_token: 2, session: 3 }`. */
export type TokensByKind = Readonly<Record<string, number>>;

/** The tokens that belong to a person, counted. */
export interface UserAccess {
  /** Those that act for them. */
  readonly own: TokensByKind;
  /** Those of accounts that were issued on their behalf. */
  readonly created: TokensByKind;
  /** In how many accounts those are. */
  readonly accounts: number;
  /** Those that were issued on their behalf and act for somebody else. */
  readonly createdForOthers: TokensByKind;
}

/** @param kinds - of the tokens of accounts; all unless given */
export async function tokensOf(
  reads: LongReads,
  reader: ReaderId,
  userId: number,
  kinds?: readonly string[],
): Promise<UserAccess> {
  const ofUser: SlicedQuery<Token> = {
    entity: Token,
    where: (rows) => rows.andWhere({ userId }),
    order: ['kind', 'createdAt', 'id'],
  };
  const createdBy: SlicedQuery<Token> = {
    entity: Token,
    where: (rows) => rows.andWhere({ createdBy: String(userId) }),
    order: ['createdAt', 'id'],
  };
  const own = await counted(reads, reader, ofUser);
  const created = await counted(reads, reader, createdBy);
  const ofAccounts = created.filter(({ owner, kind }) => owner === null && (kinds?.includes(kind) ?? true));
  const forOthers = created.filter(({ owner }) => owner !== null && owner !== userId);
  return {
    own: byKind(own),
    created: byKind(ofAccounts),
    accounts: new Set(ofAccounts.map(({ account }) => account)).size,
    createdForOthers: byKind(forOthers),
  };
}

/** The tokens that act for a user, oldest first. */
export function ownTokens(manager: EntityManager, userId: number): SelectQueryBuilder<Token> {
  return oldestFirst(manager.createQueryBuilder(Token, 'token').where({ userId }));
}

/** The tokens of accounts that were issued on behalf of a user, oldest first. */
export function createdTokens(
  manager: EntityManager,
  userId: number,
  kinds?: readonly string[],
): SelectQueryBuilder<Token> {
  const query = oldestFirst(issuedFor(manager, userId).andWhere('token.userId IS NULL'));
  return kinds ? query.andWhere({ kind: In([...kinds]) }) : query;
}

function issuedFor(manager: EntityManager, userId: number): SelectQueryBuilder<Token> {
  return manager.createQueryBuilder(Token, 'token').where({ createdBy: String(userId) });
}

function oldestFirst(query: SelectQueryBuilder<Token>): SelectQueryBuilder<Token> {
  return query.orderBy('token.createdAt', 'ASC').addOrderBy('token.id', 'ASC');
}

interface Counted {
  readonly kind: string;
  readonly account: string | null;
  readonly owner: number | null;
  readonly count: string | number;
}

/** The tokens of a query by kind and owner; there are several rows of each. */
async function counted(reads: LongReads, reader: ReaderId, query: SlicedQuery<Token>): Promise<Counted[]> {
  const slices = await reads.slices(reader, query, (rows) =>
    rows()
      .select('row.kind', 'kind')
      .addSelect('row.accountId', 'account')
      .addSelect('row.userId', 'owner')
      .addSelect('COUNT(*)', 'count')
      .groupBy('row.kind')
      .addGroupBy('row.accountId')
      .addGroupBy('row.userId')
      .getRawMany<Counted>(),
  );
  return slices.flat();
}

function byKind(rows: readonly Counted[]): TokensByKind {
  const kinds: Record<string, number> = {};
  for (const { kind, count } of rows) kinds[kind] = (kinds[kind] ?? 0) + Number(count);
  return kinds;
}
