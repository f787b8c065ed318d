/** Checks that the author of a change is still an administrator of the account. */
import { DomainError, type Actor, type Transaction } from '../core/index.js';
import { Membership } from './membership.entity.js';

/**
 * Requires, inside the transaction of a change in an account, that its author is an administrator of the account, and
 * locks the membership until the end. Administrators of the server and the server itself need no membership.
 * @throws DomainError `not_permitted`
 */
export async function requireAdministrator(
  tx: Transaction,
  { kind, userId, admin }: Actor,
  accountId: string,
): Promise<void> {
  if (admin || kind === 'system') return;
  const membership = userId === null ? null : await tx.lockShared(Membership, { accountId, userId });
  if (membership?.role !== 'administrator') {
    throw new DomainError('not_permitted', 'only administrators of the account may do this');
  }
}
