/** Whether the author of a change may still make it in an account. */
import { DomainError, findRow, type Actor, type HoldMode, type Transaction } from '../core/index.js';
import { Membership } from './membership.entity.js';

/**
 * Asks, inside the transaction of a change in an account, whether its author may still make it, and keeps it so until
 * the end. Administrators of the server and the server itself need no membership.
 * @param changing - `memberships` for work that changes some, perhaps the author's own
 * @throws DomainError `not_permitted`
 */
export async function requireAdministrator(
  tx: Transaction,
  { userId, admin }: Actor,
  accountId: string,
  changing: 'nothing' | 'memberships' = 'nothing',
): Promise<void> {
  if (admin || userId === null) return;
  await holdMembership(tx, changing === 'memberships' ? 'change' : 'share', { accountId, userId });
  const membership = await findRow(tx.manager, Membership, { accountId, userId });
  if (membership?.role !== 'administrator') {
    throw new DomainError('not_permitted', 'only administrators of the account may do this');
  }
}

/** Takes a turn at the membership of a user in an account, whether or not there is one. */
export function holdMembership(
  tx: Transaction,
  mode: HoldMode,
  { accountId, userId }: Pick<Membership, 'accountId' | 'userId'>,
): Promise<void> {
  return tx.hold(mode, 'membership', `${accountId} ${String(userId)}`);
}
