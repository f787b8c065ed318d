/** Enforces the rule that the server always has an administrator. */
import { DomainError, type Lock, type Transaction } from '../core/index.js';
import { User } from './user.entity.js';

/** An administrator who can act: approved and not blocked. */
const ABLE_ADMIN = { admin: true, approved: true, blocked: false };

/** Locked whenever an active administrator is removed, so that two who remove each other cannot both succeed. */
const ONE_ADMIN: Lock = { kind: 'users', id: 'administrators' };

/**
 * Refuses to remove the last active administrator.
 * @throws DomainError `last_admin`
 */
export async function keepOneAdmin(tx: Transaction, withoutUserId: number, doing: string): Promise<void> {
  await tx.lockRule(ONE_ADMIN);
  const admins = await tx.manager.find(User, { where: ABLE_ADMIN, take: 2, order: { id: 'ASC' } });
  const isOne = admins.some((admin) => admin.id === withoutUserId);
  if (isOne && admins.length === 1) {
    throw new DomainError(
      'last_admin',
      `the last administrator cannot be ${doing}; make another user administrator first`,
    );
  }
}
