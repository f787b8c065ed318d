/** Locks accounts, and the right to change them, for the length of a transaction. */
import { DomainError, type Actor, type Transaction } from '../core/index.js';
import { Account } from './account.entity.js';
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

/**
 * The account, locked exclusively until the transaction ends: nobody else can change it or rely on it.
 * @throws DomainError `account_not_found`
 */
export async function lockAccountForUpdate(tx: Transaction, id: string): Promise<Account> {
  const account = await tx.lockForUpdate(Account, { id });
  if (!account) throw accountNotFound();
  return account;
}

/**
 * The account, locked until the transaction ends so that nobody can delete it: nothing added to it can outlive it.
 * @throws DomainError `account_not_found`
 */
export async function lockAccountShared(tx: Transaction, id: string): Promise<Account> {
  const account = await tx.lockShared(Account, { id });
  if (!account) throw accountNotFound();
  return account;
}

function accountNotFound(): DomainError {
  return new DomainError('account_not_found', 'no such account');
}
