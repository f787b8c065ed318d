/** Manages accounts: list, create, change, delete. */
import { Injectable } from '@nestjs/common';
import { In, type EntityManager } from 'typeorm';
import {
  DomainError,
  LongReads,
  RemovedOwner,
  TokenCount,
  UnitOfWork,
  findRow,
  isStorableText,
  whenTaken,
  type Actor,
  type DirectoryUser,
  type PageRequest,
  type Transaction,
} from '../core/index.js';
import { CleanupJob } from './cleanup-job.js';
import { countOwnedTokens, removeOwnedRows } from './owned-rows.js';
import { AccountExtensions, type AccountSettingValues } from './account-extensions.js';
import { Account } from './account.entity.js';
import { Membership } from './membership.entity.js';
import { AccountCreated, AccountDeleted, AccountUpdated } from './changes.js';
import { isHexId, newHexId } from './hex-id.js';
import { ACCOUNT_NAME_MAX } from './labels/account-name.js';
import { AccountNaming, accountLabel, accountNameTaken, type NameRights } from './labels/account-naming.js';
import { visibleAccounts } from './visible-accounts.js';

/** Selects and orders accounts. */
export interface AccountQuery {
  /** The exact name. */
  readonly name?: string | undefined;
  readonly newestFirst?: boolean;
}

/** Values to change; absent ones stay unchanged. */
export type AccountChanges = Partial<Pick<Account, 'name'>> &
  NameRights & {
    /** Settings by their names. */
    readonly settings?: AccountSettingValues;
  };

/** Manages accounts, and runs changes within them. */
@Injectable()
export class AccountService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly reads: LongReads,
    private readonly extensions: AccountExtensions,
    private readonly naming: AccountNaming,
    private readonly cleanup: CleanupJob,
  ) {}

  /** A page of the accounts that a user is a member of, or of all for an administrator, and their total number. */
  async list(user: DirectoryUser, query: AccountQuery, page: PageRequest): Promise<[Account[], number]> {
    return this.reads.page(user.id, await visibleAccounts(this.unitOfWork, user, query), page);
  }

  /** The same accounts in batches, all of them. */
  async *all(user: DirectoryUser, query: AccountQuery): AsyncGenerator<Account[], void> {
    yield* this.reads.batches(user.id, await visibleAccounts(this.unitOfWork, user, query));
  }

  /** The account, or `null` if it does not exist. */
  find(id: string): Promise<Account | null> {
    return this.unitOfWork.read((manager) => findRow(manager, Account, { id }));
  }

  /** Whether there is an account: a server that has just been set up for the first time may have none yet. */
  hasAny(): Promise<boolean> {
    return this.unitOfWork.read((manager) => manager.exists(Account));
  }

  /** The names of those of these accounts that exist, by their ids. */
  async namesOf(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    if (ids.length === 0) return new Map();
    const where = { id: In([...new Set(ids)]) };
    const accounts = await this.unitOfWork.read((manager) => manager.find(Account, { where }));
    return new Map(accounts.map(({ id, name }) => [id, name]));
  }

  /**
   * @param options - `id`: that of the new account, 32 hexadecimal digits in lower case, such as a UUID without hyphens.
   * Default: a random one
   * @throws DomainError `account_name_taken`, `identifier_taken` (id), `invalid_value` (name, id)
   */
  async create(actor: Actor, name: string, { id, ...rights }: NameRights & { id?: string } = {}): Promise<Account> {
    const write = this.unitOfWork.write(actor, async (tx) => {
      if (id !== undefined) await requireFreeId(tx, id);
      return this.insert(tx, { id: id ?? newHexId(), name }, rights);
    });
    return whenTaken(write, () => accountNameTaken());
  }

  /**
   * Creates an account within an open transaction.
   * @throws DomainError `account_name_taken`, `invalid_value` (name)
   */
  async insert(tx: Transaction, { id, name }: Pick<Account, 'id' | 'name'>, rights: NameRights = {}): Promise<Account> {
    const label = accountLabel(name);
    const account: Account = { id, name: label.text, createdAt: tx.now, updatedAt: tx.now };
    await this.naming.give(tx, id, label, rights);
    await tx.manager.insert(Account, account);
    tx.record(new AccountCreated(account));
    return account;
  }

  /**
   * Changes an account and returns its new state; does nothing if nothing differs.
   * @throws DomainError `account_not_found`, `account_name_taken`, `invalid_value` (name), `change_reserved`,
   * `quota_reached` (names of the account that are reserved), `not_permitted`
   */
  async update(actor: Actor, id: string, changes: AccountChanges): Promise<Account> {
    const write = this.change(actor, id, (tx) => this.updateIn(tx, id, changes));
    return whenTaken(write, () => accountNameTaken());
  }

  /** The same within an open transaction, for an author who may do so. */
  async updateIn(tx: Transaction, id: string, { name, settings = {}, ...rights }: AccountChanges): Promise<Account> {
    const account = await lockAccountForUpdate(tx, id);
    const { name: before } = account;
    const label = name === undefined ? undefined : accountLabel(name);
    const renamed = label && label.text !== before ? { name: label.text } : {};
    if (label && renamed.name !== undefined) await this.naming.rename(tx, id, label, rights);
    const fields = [...Object.keys(renamed), ...(await this.extensions.write(tx, id, settings))];
    if (fields.length === 0) return account;
    const values = { ...renamed, updatedAt: tx.now };
    await tx.manager.update(Account, { id }, values);
    const changed = Object.assign(account, values);
    const names = renamed.name === undefined ? {} : { old_name: before, new_name: renamed.name };
    tx.record(new AccountUpdated(changed, { fields, ...names }));
    return changed;
  }

  /**
   * Runs a change in an account on behalf of one of its administrators, or of an administrator of the server.
   * @throws DomainError `not_permitted`, `unauthenticated`, and any error of the work
   */
  change<T>(actor: Actor, id: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.unitOfWork.write(actor, async (tx) => {
      await requireAdministrator(tx, actor, id);
      return work(tx);
    });
  }

  /** The values of all settings, for each of these accounts. */
  settingsOf(accounts: readonly Account[]): Promise<AccountSettingValues[]> {
    return this.unitOfWork.read((manager) =>
      this.extensions.read(
        manager,
        accounts.map(({ id }) => id),
      ),
    );
  }

  /** The account of that id or name, or `null`. A name is found in whatever case and normal form it is written. */
  findByIdOrName(text: string): Promise<Account | null> {
    return this.unitOfWork.read((manager) => this.findIn(manager, text));
  }

  /** The same with rows that are not committed yet. */
  async findIn(manager: EntityManager, text: string): Promise<Account | null> {
    if (!isStorableText(text, 1, ACCOUNT_NAME_MAX)) return null;
    const id = text.toLowerCase();
    const byId = isHexId(id) ? await findRow(manager, Account, { id }) : null;
    // An older account may have a name that is not in normal form, or that another account has in another case.
    const found = byId ?? (await findRow(manager, Account, { name: text }));
    if (found) return found;
    const owner = await this.naming.ownerOf(manager, text);
    return owner === null ? null : findRow(manager, Account, { id: owner });
  }

  /**
   * Removes an account with its tokens and memberships. None of its tokens is accepted any more when this resolves; if
   * there are many rows, some are removed afterwards, in the background.
   * @throws DomainError `account_not_found`
   */
  async delete(actor: Actor, id: string): Promise<void> {
    const owner = { kind: 'account', id } as const;
    const counted = await countOwnedTokens(this.reads, actor.userId, owner);
    const isLeft = await this.unitOfWork.write(actor, (tx) => this.remove(tx, id, counted));
    if (isLeft) this.cleanup.removeLeftRows();
  }

  /**
   * The same within an open transaction. What is left is removed by the server's next cleanup.
   * @param counted - how many tokens the account has, for the audit log, if more are left
   * @returns whether rows are left
   */
  async remove(tx: Transaction, id: string, counted: number): Promise<boolean> {
    const account = await lockAccountForUpdate(tx, id);
    const rows = await removeOwnedRows(tx, { kind: 'account', id }, this.extensions);
    await tx.manager.delete(TokenCount, { accountId: id });
    await this.extensions.deleteRows(tx, id);
    await this.naming.free(tx, id);
    await tx.manager.delete(Account, { id });
    tx.record(new AccountDeleted(account, { tokens: rows.isLeft ? counted : rows.tokens }));
    return rows.isLeft;
  }
}

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

/** An id of which rows are still being removed would lose those of the new account, too. */
async function requireFreeId(tx: Transaction, id: string): Promise<void> {
  if (!isHexId(id)) {
    throw new DomainError(
      'invalid_value',
      'the id of an account must be 32 hexadecimal digits in lower case, such as a UUID without its hyphens',
    );
  }
  const present = await tx.lockForUpdate(Account, { id });
  if (present ?? (await findRow(tx.manager, RemovedOwner, { kind: 'account', id }))) {
    throw new DomainError('identifier_taken', 'an account with this id is there, or is being removed');
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

/** The error for an account that does not exist. */
export function accountNotFound(): DomainError {
  return new DomainError('account_not_found', 'no such account');
}
