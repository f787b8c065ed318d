/** Manages memberships, which give users their roles in accounts. */
import { Inject, Injectable } from '@nestjs/common';
import { Not } from 'typeorm';
import {
  DomainError,
  LongReads,
  UnitOfWork,
  UserDirectory,
  findRow,
  nextTurn,
  whenTaken,
  type Actor,
  type DirectoryUser,
  type ListPart,
  type Lock,
  type PageRequest,
  type PartRequest,
  type ReaderId,
  type SlicedQuery,
  type Transaction,
} from '../core/index.js';
import { lockAccountShared, requireAdministrator } from './account.service.js';
import { MemberAdded, MemberRemoved, MemberUpdated } from './changes.js';
import { newHexId } from './hex-id.js';
import { lockUserShared } from './user-row-lock.js';
import { Membership, type Role } from './membership.entity.js';
import { IDENTITY_OPTIONS, type IdentityOptions } from './options.js';
import { SessionToken } from './session-token.entity.js';

/** A membership together with the user it belongs to. */
export interface Member {
  membership: Membership;
  user: DirectoryUser;
}

/** Users looked up by one call of the directory. */
const USERS_AT_ONCE = 200;

/** The members of accounts. */
@Injectable()
export class MembershipService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly reads: LongReads,
    private readonly users: UserDirectory,
    @Inject(IDENTITY_OPTIONS) private readonly options: Pick<IdentityOptions, 'rights'>,
  ) {}

  /** The role of a user in an account; `null` if the user is not a member. */
  async roleOf(userId: number, accountId: string): Promise<Role | null> {
    return (await this.find(accountId, userId))?.role ?? null;
  }

  /** A page of the members of an account, oldest first, and their total number. */
  async list(accountId: string, page: PageRequest, reader: ReaderId = null): Promise<[Member[], number]> {
    const [memberships, total] = await this.reads.page(reader, inAccount(accountId), page);
    return [await this.withUsers(memberships), total];
  }

  /** Members of an account after a place, oldest first. */
  async part(accountId: string, part: PartRequest, reader: ReaderId = null): Promise<ListPart<Member>> {
    const { rows, next } = await this.reads.resume(reader, inAccount(accountId), part);
    return { rows: await this.withUsers(rows), next };
  }

  /** The membership of a user in an account; `null` if the user is not a member. */
  find(accountId: string, userId: number): Promise<Membership | null> {
    return this.unitOfWork.read((manager) => findRow(manager, Membership, { userId, accountId }));
  }

  /** All members of an account in batches, oldest first. */
  async *all(accountId: string, reader: ReaderId = null): AsyncGenerator<Member[], void> {
    for await (const memberships of this.reads.batches(reader, inAccount(accountId))) {
      const members = await this.withUsers(memberships);
      if (members.length > 0) yield members;
    }
  }

  /** A page of the memberships of a user, and their total number. */
  listOfUser(userId: number, page: PageRequest): Promise<[Membership[], number]> {
    return this.reads.page(userId, ofUser(userId), page);
  }

  /** All memberships of a user in batches. */
  allOfUser(userId: number): AsyncGenerator<Membership[], void> {
    return this.reads.batches(userId, ofUser(userId));
  }

  /** @throws DomainError `member_not_found` */
  async get(accountId: string, id: string): Promise<Member> {
    const membership = await this.unitOfWork.read((manager) => manager.findOneBy(Membership, { id, accountId }));
    const user = membership && (await this.users.find(membership.userId));
    if (!user) throw memberNotFound();
    return { membership, user };
  }

  /**
   * Makes an existing user a member.
   * @param who - their e-mail address or, since addresses can change hands, their id
   * @throws DomainError `user_not_found` (address), `invalid_value` (id), `already_member`, `account_not_found`,
   * `not_permitted`
   */
  async add(actor: Actor, accountId: string, who: string | number, role: Role): Promise<Member> {
    const known = typeof who === 'number' ? await this.users.find(who) : await this.users.findByEmail(who);
    const write = this.unitOfWork.write(actor, async (tx) => {
      await requireAdministrator(tx, actor, accountId);
      await lockAccountShared(tx, accountId);
      if (!known) throw unknownUser(who);
      const user = await lockUserShared(this.users, tx, known.id);
      return { membership: await this.insert(tx, accountId, user.id, role), user };
    });
    return whenTaken(
      write,
      () => new DomainError('already_member', `${String(who)} is already a member of this account`),
    );
  }

  /** Adds a membership within an open transaction. */
  async insert(tx: Transaction, accountId: string, userId: number, role: Role): Promise<Membership> {
    const membership: Membership = { id: newHexId(), accountId, userId, role, createdAt: tx.now };
    await tx.manager.insert(Membership, membership);
    tx.record(new MemberAdded(membership));
    return membership;
  }

  /** @throws DomainError `member_not_found`, `not_permitted`, `last_admin` */
  async changeRole(actor: Actor, accountId: string, id: string, role: Role): Promise<Member> {
    return this.unitOfWork.write(actor, async (tx) => {
      await requireAdministrator(tx, actor, accountId);
      return this.changeRoleIn(tx, accountId, id, role);
    });
  }

  /** The same within an open transaction, for an author who may do so. */
  async changeRoleIn(tx: Transaction, accountId: string, id: string, role: Role): Promise<Member> {
    const membership = await this.locked(tx, accountId, id);
    const user = await lockUserShared(this.users, tx, membership.userId);
    if (membership.role !== role) {
      await this.keepOneAdministrator(tx, membership, 'made read_only');
      await tx.manager.update(Membership, { id }, { role });
      const { role: before } = membership;
      tx.record(new MemberUpdated(Object.assign(membership, { role }), { old_role: before }));
    }
    return { membership, user };
  }

  /**
   * Ends a membership and the user's logins to the account.
   * @throws DomainError `member_not_found`, `not_permitted`, `last_admin`
   */
  async remove(actor: Actor, accountId: string, id: string): Promise<void> {
    await this.unitOfWork.write(actor, async (tx) => {
      await requireAdministrator(tx, actor, accountId);
      await this.removeIn(tx, accountId, id);
    });
  }

  /** The same within an open transaction, for an author who may do so. */
  async removeIn(tx: Transaction, accountId: string, id: string): Promise<void> {
    const membership = await this.locked(tx, accountId, id);
    await this.keepOneAdministrator(tx, membership, 'removed');
    await tx.manager.delete(SessionToken, { userId: membership.userId, accountId });
    await tx.manager.delete(Membership, { id });
    tx.record(new MemberRemoved(membership));
  }

  /**
   * Refuses members the end of the last administrator of an account who can act, unless the settings allow it. The rule
   * is locked, so that two administrators who remove each other do not both succeed.
   */
  private async keepOneAdministrator(
    tx: Transaction,
    { accountId, userId, role }: Membership,
    doing: string,
  ): Promise<void> {
    const { admin, kind } = tx.actor;
    const isFree = this.options.rights.lastAccountAdministrator === 'removable';
    if (role !== 'administrator' || isFree || admin || kind === 'system') return;
    await tx.lockRule(administratorsOf(accountId));
    const others = { accountId, role, userId: Not(userId) };
    for (const other of await tx.manager.findBy(Membership, others)) {
      if ((await this.users.lockShared(tx, other.userId))?.status === 'active') return;
    }
    throw new DomainError(
      'last_admin',
      `the last administrator of an account cannot be ${doing}; first make another member an administrator, or ask an ` +
        'administrator of the server',
    );
  }

  private async withUsers(memberships: readonly Membership[]): Promise<Member[]> {
    const members: Member[] = [];
    for (let at = 0; at < memberships.length; at += USERS_AT_ONCE) {
      if (at > 0) await nextTurn();
      const some = memberships.slice(at, at + USERS_AT_ONCE);
      const users = await this.users.findMany(some.map(({ userId }) => userId));
      const byId = new Map(users.map((user) => [user.id, user]));
      for (const membership of some) {
        const user = byId.get(membership.userId);
        if (user) members.push({ membership, user });
      }
    }
    return members;
  }

  private async locked(tx: Transaction, accountId: string, id: string): Promise<Membership> {
    const found = await tx.manager.findOneBy(Membership, { id, accountId });
    if (!found) throw memberNotFound();
    const { userId } = found;
    const membership = await tx.lockForUpdate(Membership, { accountId, userId }, { id });
    if (!membership) throw memberNotFound();
    return membership;
  }
}

function unknownUser(who: string | number): DomainError {
  return typeof who === 'number'
    ? new DomainError('invalid_value', `no user has the id ${String(who)}`)
    : new DomainError('user_not_found', `no user has the e-mail address ${who}`);
}

function administratorsOf(accountId: string): Lock {
  return { kind: 'account administrators', id: accountId };
}

function ofUser(userId: number): SlicedQuery<Membership> {
  return { entity: Membership, where: (query) => query.andWhere({ userId }), order: ['accountId'] };
}

function inAccount(accountId: string): SlicedQuery<Membership> {
  return { entity: Membership, where: (query) => query.andWhere({ accountId }), order: ['createdAt', 'id'] };
}

function memberNotFound(): DomainError {
  return new DomainError('member_not_found', 'no such member in this account');
}
