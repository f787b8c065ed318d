/** Locks the rows of users for the length of a transaction. */
import { DomainError, type DirectoryUser, type Transaction, type UserDirectory } from '../core/index.js';
import { User } from './user.entity.js';

/**
 * The user, locked exclusively until the transaction ends: nobody else can change, delete or rely on them.
 * @throws DomainError `user_not_found`
 */
export async function lockUserForUpdate(tx: Transaction, id: number): Promise<User> {
  const user = await tx.lockForUpdate(User, { id });
  if (!user) throw userNotFound(id);
  return user;
}

/**
 * The user that a change relies on, locked by {@link UserDirectory.lockShared}.
 * @throws DomainError `user_not_found`
 */
export async function lockUserShared(users: UserDirectory, tx: Transaction, id: number): Promise<DirectoryUser> {
  const user = tx.actorUser?.id === id ? tx.actorUser : await users.lockShared(tx, id);
  if (!user) throw userNotFound(id);
  return user;
}

export function userNotFound(id: number): DomainError {
  return new DomainError('user_not_found', `User ${String(id)} not found`);
}
