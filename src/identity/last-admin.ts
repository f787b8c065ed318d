/** The rule that somebody can always administer the server. */
import { DomainError, type Transaction } from '../core/index.js';
import { User } from './user.entity.js';

/** An administrator who can act: approved and not blocked. */
const ABLE_ADMIN = { admin: true, approved: true, blocked: false };

/**
 * Refuses to take the last able administrator away. Locks all of them, so that two who remove each other at the
 * same moment do not both succeed.
 * @throws DomainError `last_admin`
 */
export async function keepOneAdmin(tx: Transaction, withoutUserId: number, doing: string): Promise<void> {
  await tx.hold('change', 'users', 'administrators');
  const admins = await tx.lock(User, { where: ABLE_ADMIN, order: { id: 'ASC' } });
  const isOne = admins.some((admin) => admin.id === withoutUserId);
  if (isOne && admins.length === 1) {
    throw new DomainError(
      'last_admin',
      `the last administrator cannot be ${doing}; make another user administrator first`,
    );
  }
}
