/** Whether the author of a change may still make it in an account. */
import { DomainError, type Actor, type Transaction } from '../core/index.js';
import { Membership } from './membership.entity.js';

/**
 * Asks, inside the transaction of a change in an account, whether its author may still make it, and keeps it so until
 * the end. Administrators of the server and the server itself need no membership.
 * @throws DomainError `not_permitted`
 */
export async function requireAdministrator(
  tx: Transaction,
  { userId, admin }: Actor,
  accountId: string,
): Promise<void> {
  if (admin || userId === null) return;
  const membership = await tx.lockShared(Membership, { accountId, userId });
  if (membership?.role !== 'administrator') {
    throw new DomainError('not_permitted', 'only administrators of the account may do this');
  }
}
