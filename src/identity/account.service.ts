/** Accounts: list, create, rename, delete. */
import { Injectable } from '@nestjs/common';
import type { EntityManager, SelectQueryBuilder } from 'typeorm';
import {
  DomainError,
  Token,
  TokenCount,
  UnitOfWork,
  findRow,
  whenTaken,
  type Actor,
  type DirectoryUser,
  type PageRequest,
  type Transaction,
} from '../core/index.js';
import { AccountExtensions, type AccountSettingValues } from './account-extensions.js';
import { Account } from './account.entity.js';
import { AccountCreated, AccountDeleted, AccountUpdated } from './changes.js';
import { newHexId } from './hex-id.js';
import { Membership } from './membership.entity.js';

/** Selects and orders accounts. */
export interface AccountQuery {
  /** The exact name. */
  readonly name?: string | undefined;
  readonly newestFirst?: boolean;
}

/** Values to change; absent ones stay unchanged. */
export type AccountChanges = Partial<Pick<Account, 'name'>> & {
  /** Settings by their names. */
  readonly settings?: AccountSettingValues;
};

/** Manages accounts, and runs changes within them. */
@Injectable()
export class AccountService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly extensions: AccountExtensions,
  ) {}

  /** A page of the accounts that a user is a member of, or of all for an administrator, and their total number. */
  list(user: DirectoryUser, query: AccountQuery, { offset, limit }: PageRequest): Promise<[Account[], number]> {
    return this.unitOfWork.read((manager) => visible(manager, user, query).skip(offset).take(limit).getManyAndCount());
  }

  /** The account, or `null` if it does not exist. */
  find(id: string): Promise<Account | null> {
    return this.unitOfWork.read((manager) => findRow(manager, Account, { id }));
  }

  /** @throws DomainError `account_name_taken` */
  async create(actor: Actor, name: string): Promise<Account> {
    const write = this.unitOfWork.write(actor, (tx) => this.insert(tx, { id: newHexId(), name }));
    return whenTaken(write, () => nameTaken(name));
  }

  /** Creates an account within an open transaction. */
  async insert(tx: Transaction, values: Pick<Account, 'id' | 'name'>): Promise<Account> {
    const account: Account = { ...values, createdAt: tx.now, updatedAt: tx.now };
    await tx.manager.insert(Account, account);
    tx.record(new AccountCreated(account));
    return account;
  }

  /**
   * Changes an account and returns its new state; does nothing if nothing differs.
   * @throws DomainError `account_not_found`, `account_name_taken`, `not_permitted`
   */
  async update(actor: Actor, id: string, { name, settings = {} }: AccountChanges): Promise<Account> {
    const write = this.change(actor, id, async (tx) => {
      const account = await lockAccountForUpdate(tx, id);
      const renamed = name !== undefined && name !== account.name ? { name } : {};
      const fields = [...Object.keys(renamed), ...(await this.extensions.write(tx, id, settings))];
      if (fields.length === 0) return account;
      const values = { ...renamed, updatedAt: tx.now };
      await tx.manager.update(Account, { id }, values);
      const changed = Object.assign(account, values);
      tx.record(new AccountUpdated(changed, { fields }));
      return changed;
    });
    return whenTaken(write, () => nameTaken(name ?? ''));
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

  /** The account of that name, or `null`. */
  findByName(name: string): Promise<Account | null> {
    return this.unitOfWork.read((manager) => manager.findOneBy(Account, { name }));
  }

  /**
   * Removes an account with its tokens and memberships.
   * @throws DomainError `account_not_found`
   */
  async delete(actor: Actor, id: string): Promise<void> {
    await this.unitOfWork.write(actor, async (tx) => {
      const account = await lockAccountForUpdate(tx, id);
      const { affected } = await tx.manager.delete(Token, { accountId: id });
      await tx.manager.delete(TokenCount, { accountId: id });
      await tx.manager.delete(Membership, { accountId: id });
      await this.extensions.deleteRows(tx, id);
      await tx.manager.delete(Account, { id });
      tx.record(new AccountDeleted(account, { tokens: affected ?? 0 }));
    });
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

function visible(
  manager: EntityManager,
  user: DirectoryUser,
  { name, newestFirst = false }: AccountQuery,
): SelectQueryBuilder<Account> {
  const direction = newestFirst ? 'DESC' : 'ASC';
  const query = manager
    .createQueryBuilder(Account, 'account')
    .orderBy('account.createdAt', direction)
    .addOrderBy('account.id', direction);
  if (name !== undefined) query.andWhere({ name });
  if (!user.admin) {
    const own = query.subQuery().select('own.accountId').from(Membership, 'own').where('own.userId = :userId');
    query.andWhere(`account.id IN ${own.getQuery()}`, { userId: user.id });
  }
  return query;
}

function accountNotFound(): DomainError {
  return new DomainError('account_not_found', 'no such account');
}

function nameTaken(name: string): DomainError {
  return new DomainError('account_name_taken', `an account named ${name} already exists; choose another name`);
}
