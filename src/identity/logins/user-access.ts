/** Finds the tokens that belong to a person: those that act for them, and those that they created. */
import { In, type EntityManager, type SelectQueryBuilder } from 'typeorm';
import { Token } from '../../core/index.js';

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
export async function tokensOf(manager: EntityManager, userId: number, kinds?: readonly string[]): Promise<UserAccess> {
  const forOthers = issuedFor(manager, userId).andWhere('token.userId <> :userId', { userId });
  return {
    own: await byKind(ownTokens(manager, userId)),
    created: await byKind(createdTokens(manager, userId, kinds)),
    accounts: await accountsOf(createdTokens(manager, userId, kinds)),
    createdForOthers: await byKind(forOthers),
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

async function accountsOf(query: SelectQueryBuilder<Token>): Promise<number> {
  const counted = query.orderBy().select('COUNT(DISTINCT token.accountId)', 'count');
  return Number((await counted.getRawOne<{ count: string | number }>())?.count ?? 0);
}

async function byKind(query: SelectQueryBuilder<Token>): Promise<TokensByKind> {
  const rows = await query
    .orderBy()
    .select('token.kind', 'kind')
    .addSelect('COUNT(*)', 'count')
    .groupBy('token.kind')
    .getRawMany<{ kind: string; count: string | number }>();
  return Object.fromEntries(rows.map(({ kind, count }) => [kind, Number(count)]));
}
