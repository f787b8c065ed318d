/** Creates many accounts, users and members within one transaction, with few statements, and finds many at once. */
import { Injectable } from '@nestjs/common';
import { In, type EntityManager } from 'typeorm';
import {
  DomainError,
  EntryRefused,
  inParts,
  insertRows,
  isStorableText,
  rowsWith,
  type Transaction,
} from '../core/index.js';
import { Account } from './account.entity.js';
import { accountNotFound } from './account.service.js';
import { AccountCreated, MemberAdded, UserCreated } from './changes.js';
import { isHexId, newHexId } from './hex-id.js';
import { ACCOUNT_NAME_MAX } from './labels/account-name.js';
import { AccountNaming, accountLabel } from './labels/account-naming.js';
import type { Label } from './labels/label.js';
import { TakenNames } from './labels/taken-names.js';
import { Membership } from './membership.entity.js';
import { storeUsers } from './stored-users.js';
import { User } from './user.entity.js';
import { addressOf, emailTaken } from './user.service.js';

/** The values of a user whose password is hashed already. */
export interface NewUserEntry extends Pick<User, 'email' | 'name' | 'admin' | 'approved' | 'blocked'> {
  /** Instead of a new one; nobody may have had it. */
  readonly id?: number | undefined;
  readonly passwordHash: string | null;
}

/**
 * For an author who may do all of it. What is added is the same as by the services for single ones: rows, names, changes.
 * Give at most a thousand at a time. Errors are thrown as `EntryRefused` with the place of the entry, and leave the
 * transaction half done.
 */
@Injectable()
export class ManyEntries {
  constructor(
    private readonly names: TakenNames,
    private readonly naming: AccountNaming,
  ) {}

  /** @throws EntryRefused `account_name_taken`, `invalid_value` (name) */
  async insertAccounts(tx: Transaction, wanted: readonly Pick<Account, 'id' | 'name'>[]): Promise<void> {
    const labels = wanted.map(({ name }, at) => EntryRefused.reading(at, () => accountLabel(name)));
    await this.naming.giveAll(
      tx,
      wanted.map(({ id }, at) => ({ owner: id, label: labelAt(labels, at) })),
    );
    const times = { createdAt: tx.now, updatedAt: tx.now };
    const accounts = wanted.map(({ id }, at) => ({ id, name: labelAt(labels, at).text, ...times }));
    await insertRows(tx.manager, Account, accounts);
    for (const account of accounts) tx.record(new AccountCreated(account));
  }

  /** @throws EntryRefused `email_taken`, `invalid_value` (address) */
  async insertUsers(tx: Transaction, wanted: readonly NewUserEntry[]): Promise<void> {
    const labels = wanted.map(({ email }, at) => EntryRefused.reading(at, () => addressOf(email)));
    const times = { createdAt: tx.now, updatedAt: tx.now, lastLoginAt: null };
    const rows = wanted.map(({ id = null, ...values }, at) => ({
      ...values,
      ...times,
      id,
      email: labelAt(labels, at).text,
    }));
    const users = await storeUsers(tx.manager, rows);
    const owners = users.map(({ id }, at) => ({ owner: String(id), label: labelAt(labels, at) }));
    const refused = await this.names.giveAll(tx, 'email', owners);
    if (refused) {
      const { at, conflict } = refused;
      throw new EntryRefused(at, emailTaken(rows[at]?.email ?? '', conflict));
    }
    for (const user of users) tx.record(new UserCreated(user));
  }

  /** @throws EntryRefused `account_not_found`, `user_not_found` */
  async insertMembers(
    tx: Transaction,
    wanted: readonly Pick<Membership, 'accountId' | 'userId' | 'role'>[],
  ): Promise<void> {
    const users = await tx.lockRows(
      User,
      wanted.map(({ userId }) => userId),
      'shared',
    );
    const accounts = await tx.lockRows(
      Account,
      wanted.map(({ accountId }) => accountId),
      'shared',
    );
    for (const [at, { accountId, userId }] of wanted.entries()) {
      if (!accounts.has(accountId)) throw new EntryRefused(at, accountNotFound());
      if (!users.has(userId)) throw new EntryRefused(at, new DomainError('user_not_found', 'no such user'));
    }
    const memberships: Membership[] = wanted.map((one) => ({ id: newHexId(), ...one, createdAt: tx.now }));
    await insertRows(tx.manager, Membership, memberships);
    for (const membership of memberships) tx.record(new MemberAdded(membership));
  }

  /** The accounts of these ids and names, by the text as given. */
  async accountsNamed(manager: EntityManager, texts: Iterable<string>): Promise<ReadonlyMap<string, Account>> {
    const wanted = [...new Set(texts)].filter((text) => isStorableText(text, 1, ACCOUNT_NAME_MAX));
    const ids = wanted.map((text) => text.toLowerCase()).filter(isHexId);
    const byId = new Map((await rowsWith(manager, Account, 'id', ids)).map((account) => [account.id, account]));
    // An older account may have a name that is not in normal form, or that another account has in another case.
    const rows = await rowsWith(manager, Account, 'name', wanted);
    const byName = new Map(rows.map((account) => [account.name, account]));
    const isFound = (text: string): boolean => byId.has(text.toLowerCase()) || byName.has(text);
    const others = await this.naming.ownersOf(
      manager,
      wanted.filter((text) => !isFound(text)),
    );
    for (const account of await rowsWith(manager, Account, 'id', others.values())) byId.set(account.id, account);
    return new Map(
      wanted.flatMap((text) => {
        const account = byId.get(text.toLowerCase()) ?? byName.get(text) ?? byId.get(others.get(text) ?? '');
        return account ? [[text, account] as const] : [];
      }),
    );
  }

  /** The users with these keys of addresses, by the key. */
  async usersWithKeys(manager: EntityManager, keys: Iterable<string>): Promise<ReadonlyMap<string, User>> {
    const found = new Map<number, string>();
    for (const some of inParts([...new Set(keys)])) {
      const select = { id: true, emailKey: true } as const;
      const rows = await manager.find(User, { select, where: { emailKey: In(some) } });
      for (const { id, emailKey = '' } of rows) found.set(id, emailKey);
    }
    const users = await rowsWith(manager, User, 'id', found.keys());
    return new Map(users.map((user) => [found.get(user.id) ?? '', user]));
  }
}

function labelAt(labels: readonly Label[], at: number): Label {
  const label = labels[at];
  if (!label) throw new RangeError(`there is no entry ${String(at)}`);
  return label;
}
