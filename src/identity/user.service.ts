/** Manages users: list, create, change, block, delete. */
import { Inject, Injectable } from '@nestjs/common';
import {
  DomainError,
  LongReads,
  Secret,
  UnitOfWork,
  collected,
  whenTaken,
  type Actor,
  type ReaderId,
  type Transaction,
} from '../core/index.js';
import {
  UserApproved,
  UserBlocked,
  UserCreated,
  UserDeleted,
  UserLocksCleared,
  UserUnblocked,
  UserUpdated,
} from './changes.js';
import { KnownNetwork } from './guessing/known-network.entity.js';
import { forgetFailures } from './guessing/login-lockouts.js';
import { lockUserForUpdate, userNotFound } from './user-row-lock.js';
import { countOwnedTokens, removeOwnedRows } from './owned-rows.js';
import { OpenIdBinding } from './openid/openid-binding.entity.js';
import { CleanupJob } from './cleanup-job.js';
import { PasswordService, requireAnotherUser } from './password.service.js';
import { ServerSettings } from './server-settings.js';
import { IDENTITY_OPTIONS, type IdentityOptions } from './options.js';
import { requireAllowedDomain } from './labels/allowed-domains.js';
import { emailKeyOf, readEmailAddress } from './labels/email-address.js';
import type { Label } from './labels/label.js';
import { TakenNames, type NameConflict } from './labels/taken-names.js';
import { User } from './user.entity.js';

/** The values of a new user. */
export interface NewUser {
  email: string;
  name: string;
  /** Without a password, the user cannot sign in until an administrator sets one. */
  password?: Secret;
  admin?: boolean;
  /** Default: according to the server's policy. */
  approved?: boolean;
  blocked?: boolean;
}

/** Values to change; absent ones stay unchanged. */
export type UserChanges = Partial<Pick<User, 'email' | 'name' | 'admin' | 'blocked'>> & {
  /** An approval cannot be withdrawn; block the user instead. */
  approved?: true;
};

/** Latchkey's own users. A host with its own user directory does not need it. */
@Injectable()
export class UserService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly reads: LongReads,
    private readonly passwords: PasswordService,
    private readonly settings: ServerSettings,
    private readonly names: TakenNames,
    private readonly cleanup: CleanupJob,
    @Inject(IDENTITY_OPTIONS) private readonly options: IdentityOptions,
  ) {}

  /** All users by id, in batches. */
  all(reader: ReaderId = null): AsyncGenerator<User[], void> {
    return this.reads.batches(reader, { entity: User, order: ['id'] });
  }

  /** All users by id. */
  list(): Promise<User[]> {
    return collected(this.all());
  }

  /** @throws DomainError `user_not_found` */
  async get(id: number): Promise<User> {
    const user = await this.unitOfWork.read((manager) => manager.findOneBy(User, { id }));
    if (!user) throw userNotFound(id);
    return user;
  }

  /** @throws DomainError `email_taken`, `invalid_value` (address, password) */
  async create(actor: Actor, values: NewUser): Promise<User> {
    const policy = await this.settings.policy();
    const passwordHash = values.password ? await this.passwords.prepare(actor, values.password) : null;
    const write = this.unitOfWork.write(actor, async (tx) => {
      await requireAllowedDomain(tx, addressOf(values.email));
      return this.insert(tx, {
        email: values.email,
        name: values.name,
        admin: values.admin ?? false,
        approved: values.approved ?? !policy.requireAdminApproval,
        blocked: values.blocked ?? false,
        passwordHash,
      });
    });
    return whenTaken(write, () => emailTaken(values.email));
  }

  /**
   * Adds a user with an already hashed password within an open transaction.
   * @param id - instead of a new one; nobody may have had it
   * @throws DomainError `email_taken`, `invalid_value` (address)
   */
  async insert(
    tx: Transaction,
    values: Pick<User, 'email' | 'name' | 'admin' | 'approved' | 'blocked' | 'passwordHash'>,
    id?: number,
  ): Promise<User> {
    const address = addressOf(values.email);
    const row = {
      ...values,
      email: address.text,
      emailKey: address.key,
      createdAt: tx.now,
      updatedAt: tx.now,
      lastLoginAt: null,
    };
    const insert = tx.manager.createQueryBuilder().insert();
    // Named, since TypeORM leaves out generated columns on PostgreSQL otherwise.
    const into =
      id === undefined
        ? insert.into(User).values(row)
        : insert.into(User, ['id', ...Object.keys(row)]).values({ ...row, id });
    const { identifiers } = await into.execute();
    const user = await tx.manager.findOneByOrFail(User, { id: id ?? (identifiers[0] as { id: number }).id });
    await this.giveAddress(tx, user.id, address);
    tx.record(new UserCreated(user));
    return user;
  }

  /**
   * Changes a user and returns the new state; does nothing if nothing differs.
   * @param password - not of the actor's own: {@link PasswordService.change}
   * @throws DomainError `user_not_found`, `email_taken`, `change_reserved` (their own address), `last_admin`,
   * `invalid_value` (address, password), `wrong_password`
   */
  async update(actor: Actor, id: number, changes: UserChanges, password?: Secret): Promise<User> {
    if (password) requireAnotherUser(actor, id);
    const passwordHash = password && (await this.passwords.prepare(actor, password));
    const write = this.unitOfWork.write(actor, async (tx) => {
      const user = await this.change(tx, id, changes);
      return passwordHash === undefined ? user : this.passwords.store(tx, actor, user, passwordHash);
    });
    return whenTaken(write, () => emailTaken(changes.email ?? ''));
  }

  /**
   * Unblocks a user, and has their failed logins forgotten even if they are not blocked, for it may be those that keep
   * them out.
   * @throws DomainError `user_not_found`
   */
  async unblock(actor: Actor, id: number): Promise<User> {
    return this.unitOfWork.write(actor, async (tx) => {
      const user = await this.change(tx, id, { blocked: false });
      if (tx.changes.length > 0) return user;
      await forgetFailures(tx, id);
      tx.record(new UserLocksCleared(user));
      return user;
    });
  }

  /**
   * Removes a user with everything they own: tokens, sessions, memberships. None of their tokens is accepted any more
   * when this resolves; if there are many rows, some are removed afterwards, in the background.
   * @throws DomainError `user_not_found`, `last_admin`
   */
  async delete(actor: Actor, id: number): Promise<void> {
    const owner = { kind: 'user', id: String(id) } as const;
    const counted = await countOwnedTokens(this.reads, actor.userId, owner);
    const isLeft = await this.unitOfWork.write(actor, (tx) => this.remove(tx, id, counted));
    if (isLeft) this.cleanup.removeLeftRows();
  }

  /**
   * The same within an open transaction. What is left is removed by the server's next cleanup.
   * @param counted - how many tokens the user has, for the audit log, if more are left
   * @returns whether rows are left
   */
  async remove(tx: Transaction, id: number, counted: number): Promise<boolean> {
    const user = await lockUserForUpdate(tx, id);
    const rows = await removeOwnedRows(tx, { kind: 'user', id: String(id) }, null);
    await this.names.free(tx, 'email', String(id));
    await tx.manager.delete(KnownNetwork, { userId: id });
    await tx.manager.delete(OpenIdBinding, { userId: id });
    await tx.manager.delete(User, { id });
    tx.record(new UserDeleted(user, { email: user.email, tokens: rows.isLeft ? counted : rows.tokens }));
    return rows.isLeft;
  }

  /** What {@link update} does but for passwords, within an open transaction. */
  async change(tx: Transaction, id: number, { email, ...others }: UserChanges): Promise<User> {
    const user = await lockUserForUpdate(tx, id);
    const address = email === undefined ? undefined : addressOf(email);
    const wanted: UserChanges = { ...(address && { email: address.text }), ...others };
    const differing = Object.entries(wanted).filter(([key, value]) => user[key as keyof UserChanges] !== value);
    if (differing.length === 0) {
      tx.alreadyRevoked();
      return user;
    }
    const values: UserChanges = Object.fromEntries(differing);
    const { email: before } = user;
    if (address && values.email !== undefined) await this.changeAddress(tx, user, address);
    await tx.manager.update(User, { id }, { ...values, ...(address && { emailKey: address.key }), updatedAt: tx.now });
    if (values.blocked === false) await forgetFailures(tx, id);
    Object.assign(user, values, { updatedAt: tx.now });
    recordChanges(tx, user, values, before);
    return user;
  }

  private async changeAddress(tx: Transaction, user: User, address: Label): Promise<void> {
    const { userId, admin } = tx.actor;
    const isOwn = userId === user.id && !admin;
    if (isOwn && this.options.rights.changeEmail === 'never' && emailKeyOf(user.email) !== address.key) {
      throw new DomainError('change_reserved', 'Only administrators may change an e-mail address on this server');
    }
    if (emailKeyOf(user.email) !== address.key) await requireAllowedDomain(tx, address);
    await this.giveAddress(tx, user.id, address);
  }

  private async giveAddress(tx: Transaction, userId: number, address: Label): Promise<void> {
    const conflict = await this.names.give(tx, 'email', String(userId), address);
    if (conflict) throw emailTaken(address.text, tx.actor.admin ? conflict : undefined);
  }
}

/** The address of a user. @throws DomainError `invalid_value` */
export function addressOf(email: string): Label {
  const address = readEmailAddress(email);
  if ('flaw' in address) throw new DomainError('invalid_value', `email ${address.flaw}`);
  return address;
}

/** The error for an address that is taken. @param conflict - for administrators, who may know of other users */
export function emailTaken(email: string, conflict?: NameConflict): DomainError {
  const because = conflict?.by === 'look' ? `: it looks like that of user ${conflict.owner}` : '';
  return new DomainError('email_taken', `E-mail address ${email} is already in use${because}`);
}

function recordChanges(
  tx: Transaction,
  user: User,
  { approved, blocked, ...others }: UserChanges,
  emailBefore: string,
): void {
  const fields = Object.keys(others);
  const addresses = others.email === undefined ? {} : { old_email: emailBefore, new_email: others.email };
  const rights = others.admin === undefined ? {} : { admin: others.admin };
  if (fields.length > 0) tx.record(new UserUpdated(user, { fields, ...addresses, ...rights }));
  if (approved !== undefined) tx.record(new UserApproved(user));
  if (blocked !== undefined) tx.record(blocked ? new UserBlocked(user) : new UserUnblocked(user));
}
