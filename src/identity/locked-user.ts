/** A user for the length of a transaction. */
import { DomainError, findRow, type Transaction } from '../core/index.js';
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
 * The user, whom nobody can change or delete until the transaction ends, though others may hold him as well.
 * @throws DomainError `user_not_found`
 */
export async function sharedUser(tx: Transaction, id: number): Promise<User> {
  await tx.hold('share', 'user', id);
  const user = await findRow(tx.manager, User, { id });
  if (!user) throw userNotFound(id);
  return user;
}

export function userNotFound(id: number): DomainError {
  return new DomainError('user_not_found', `User ${String(id)} not found`);
}
