/** Finds the users with whom a user shares an account: in any role, or of the accounts that they administer. */
import type { EntityManager, SelectQueryBuilder } from 'typeorm';
import { Account } from './account.entity.js';
import { Membership, type Role } from './membership.entity.js';
import type { User } from './user.entity.js';

/** So many users are found by their ids; if there are more, they are searched among all. */
const FEW = 200;

/**
 * The ids of a user and of those with whom they share an account; `undefined` if there are many. Memberships can outlive
 * their account for a while.
 * @param role - which the user must have in the account; any unless given
 */
export async function fewSharing(manager: EntityManager, userId: number, role?: Role): Promise<number[] | undefined> {
  const query = manager
    .createQueryBuilder(Membership, 'own')
    .innerJoin(Account, 'account', 'account.id = own.accountId')
    .innerJoin(Membership, 'theirs', 'theirs.accountId = account.id')
    .where('own.userId = :userId', { userId });
  if (role) query.andWhere('own.role = :role', { role });
  const found = await query
    .select('theirs.userId', 'id')
    .limit(FEW + 1)
    .getRawMany<{ id: number }>();
  return found.length > FEW ? undefined : [...new Set([userId, ...found.map(({ id }) => id)])];
}

/**
 * Those of some users with whom a user shares an account, and the user.
 * @param role - which the user must have in the account; any unless given
 */
export async function sharingAmong(
  manager: EntityManager,
  userId: number,
  ids: readonly number[],
  role?: Role,
): Promise<number[]> {
  const query = manager
    .createQueryBuilder(Membership, 'theirs')
    .innerJoin(Account, 'account', 'account.id = theirs.accountId')
    .innerJoin(Membership, 'own', 'own.accountId = account.id AND own.userId = :userId', { userId })
    .where('theirs.userId IN (:...ids)', { ids: [...ids] });
  if (role) query.andWhere('own.role = :role', { role });
  const found = await query.select('theirs.userId', 'id').distinct(true).getRawMany<{ id: number }>();
  const seen = found.map(({ id }) => id);
  return ids.includes(userId) && !seen.includes(userId) ? [...seen, userId] : seen;
}

/** Restricts users, with the alias `row`, to a user and those with whom they share an account. */
export function restrictToSharing(query: SelectQueryBuilder<User>, userId: number, role?: Role): void {
  const own = query.subQuery().select('own.id').from(Membership, 'own');
  own.where('own.accountId = theirs.accountId AND own.userId = :viewer');
  if (role) own.andWhere('own.role = :role');
  const exists = query.subQuery().select('account.id').from(Account, 'account');
  exists.where('account.id = theirs.accountId');
  // One within the other: as a join, SQLite would go through all accounts of the viewer for each row.
  const shared = query.subQuery().select('theirs.id').from(Membership, 'theirs');
  shared.where(`theirs.userId = row.id AND ${forEach(own)} AND EXISTS ${exists.getQuery()}`);
  query.andWhere(`(row.id = :viewer OR ${forEach(shared)})`, {
    viewer: userId,
    ...(role && { role }),
  });
}

/**
 * Whether there is such a row, looked up for each row of the query by itself. PostgreSQL would otherwise look for all of
 * them at once, or begin with the thousands of accounts of a viewer: an OFFSET keeps it from both.
 */
function forEach(query: SelectQueryBuilder<Membership>): string {
  return `EXISTS (SELECT 1 FROM ${query.getQuery()} found LIMIT 1 OFFSET 0)`;
}
