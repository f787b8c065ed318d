/** A user for the length of a transaction. */
import { DomainError, type DirectoryUser, type Transaction, type UserDirectory } from '../core/index.js';
import { User } from './user.entity.js';

/**
 * The user, whom nobody else can change or delete until the transaction ends.
 * @throws DomainError `user_not_found`
 */
export async function lockedUser(tx: Transaction, id: number): Promise<User> {
  await tx.hold('change', 'user', id);
  const [user] = await tx.lock(User, { where: { id } });
  if (!user) throw userNotFound(id);
  return user;
}

/**
 * The user on whom a change relies, as {@link UserDirectory.hold} has him.
 * @throws DomainError `user_not_found`
 */
export async function heldUser(users: UserDirectory, tx: Transaction, id: number): Promise<DirectoryUser> {
  const user = await users.hold(tx, id);
  if (!user) throw userNotFound(id);
  return user;
}

export function userNotFound(id: number): DomainError {
  return new DomainError('user_not_found', `User ${String(id)} not found`);
}
