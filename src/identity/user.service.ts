/** Manages users: list, create, change, block, delete. */
import { Injectable } from '@nestjs/common';
import { DomainError, Secret, Token, UnitOfWork, whenTaken, type Actor, type Transaction } from '../core/index.js';
import { UserApproved, UserBlocked, UserCreated, UserDeleted, UserUnblocked, UserUpdated } from './changes.js';
import { lockUserForUpdate, userNotFound } from './user-lock.js';
import { Membership } from './membership.entity.js';
import { PasswordService, requireAnotherUser } from './password.service.js';
import { ServerSettings } from './server-settings.js';
import { emailKeyOf } from './email-address.js';
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
    private readonly passwords: PasswordService,
    private readonly settings: ServerSettings,
  ) {}

  /** All users by id. */
  list(): Promise<User[]> {
    return this.unitOfWork.read((manager) => manager.find(User, { order: { id: 'ASC' } }));
  }

  /** @throws DomainError `user_not_found` */
  async get(id: number): Promise<User> {
    const user = await this.unitOfWork.read((manager) => manager.findOneBy(User, { id }));
    if (!user) throw userNotFound(id);
    return user;
  }

  /** @throws DomainError `email_taken`, `invalid_value` (password) */
  async create(actor: Actor, values: NewUser): Promise<User> {
    const policy = await this.settings.policy();
    const passwordHash = values.password ? await this.passwords.prepare(actor, values.password) : null;
    const write = this.unitOfWork.write(actor, (tx) =>
      this.insert(tx, {
        email: values.email,
        name: values.name,
        admin: values.admin ?? false,
        approved: values.approved ?? !policy.requireAdminApproval,
        blocked: values.blocked ?? false,
        passwordHash,
      }),
    );
    return whenTaken(write, () => emailTaken(values.email));
  }

  /** Adds a user with an already hashed password within an open transaction. */
  async insert(
    tx: Transaction,
    values: Pick<User, 'email' | 'name' | 'admin' | 'approved' | 'blocked' | 'passwordHash'>,
  ): Promise<User> {
    const row = {
      ...values,
      emailKey: emailKeyOf(values.email),
      createdAt: tx.now,
      updatedAt: tx.now,
      lastLoginAt: null,
    };
    const { identifiers } = await tx.manager.createQueryBuilder().insert().into(User).values(row).execute();
    const user = await tx.manager.findOneByOrFail(User, { id: (identifiers[0] as { id: number }).id });
    tx.record(new UserCreated(user));
    return user;
  }

  /**
   * Changes a user and returns the new state; does nothing if nothing differs.
   * @param password - not of the actor's own: {@link PasswordService.change}
   * @throws DomainError `user_not_found`, `email_taken`, `last_admin`, `invalid_value` (password), `wrong_password`
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
   * Removes a user with everything they own: tokens, sessions, memberships.
   * @throws DomainError `user_not_found`, `last_admin`
   */
  async delete(actor: Actor, id: number): Promise<void> {
    await this.unitOfWork.write(actor, async (tx) => {
      const user = await lockUserForUpdate(tx, id);
      const { affected } = await tx.manager.delete(Token, { userId: id });
      await tx.manager.delete(Membership, { userId: id });
      await tx.manager.delete(User, { id });
      tx.record(new UserDeleted(user, { email: user.email, tokens: affected ?? 0 }));
    });
  }

  private async change(tx: Transaction, id: number, changes: UserChanges): Promise<User> {
    const user = await lockUserForUpdate(tx, id);
    const differing = Object.entries(changes).filter(([key, value]) => user[key as keyof UserChanges] !== value);
    if (differing.length === 0) {
      tx.alreadyRevoked();
      return user;
    }
    const values: UserChanges = Object.fromEntries(differing);
    const emailKey = values.email === undefined ? {} : { emailKey: emailKeyOf(values.email) };
    await tx.manager.update(User, { id }, { ...values, ...emailKey, updatedAt: tx.now });
    Object.assign(user, values, { updatedAt: tx.now });
    recordChanges(tx, user, values);
    return user;
  }
}

function emailTaken(email: string): DomainError {
  return new DomainError('email_taken', `E-mail address ${email} is already in use`);
}

function recordChanges(tx: Transaction, user: User, { approved, blocked, ...others }: UserChanges): void {
  const fields = Object.keys(others);
  if (fields.length > 0) tx.record(new UserUpdated(user, { fields }));
  if (approved !== undefined) tx.record(new UserApproved(user));
  if (blocked !== undefined) tx.record(blocked ? new UserBlocked(user) : new UserUnblocked(user));
}
