/** Manages memberships, which give users their roles in accounts. */
import { Injectable } from '@nestjs/common';
import {
  DomainError,
  UnitOfWork,
  UserDirectory,
  findRow,
  whenTaken,
  type Actor,
  type DirectoryUser,
  type PageRequest,
  type Transaction,
} from '../core/index.js';
import { lockAccountShared, requireAdministrator } from './account.service.js';
import { MemberAdded, MemberRemoved, MemberUpdated } from './changes.js';
import { newHexId } from './hex-id.js';
import { lockUserShared } from './user-lock.js';
import { Membership, type Role } from './membership.entity.js';
import { SessionToken } from './session-token.entity.js';

/** A membership together with the user it belongs to. */
export interface Member {
  membership: Membership;
  user: DirectoryUser;
}

/** The members of accounts. */
@Injectable()
export class MembershipService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly users: UserDirectory,
  ) {}

  /** The role of a user in an account; `null` if the user is not a member. */
  async roleOf(userId: number, accountId: string): Promise<Role | null> {
    const membership = await this.unitOfWork.read((manager) => findRow(manager, Membership, { userId, accountId }));
    return membership?.role ?? null;
  }

  /** A page of the members of an account, oldest first, and their total number. */
  async list(accountId: string, { offset, limit }: PageRequest): Promise<[Member[], number]> {
    const [memberships, total] = await this.unitOfWork.read((manager) =>
      manager.findAndCount(Membership, {
        where: { accountId },
        order: { createdAt: 'ASC', id: 'ASC' },
        skip: offset,
        take: limit,
      }),
    );
    const users = await this.users.findMany(memberships.map(({ userId }) => userId));
    const byId = new Map(users.map((user) => [user.id, user]));
    const members = memberships.flatMap((membership) => {
      const user = byId.get(membership.userId);
      return user ? [{ membership, user }] : [];
    });
    return [members, total];
  }

  /** @throws DomainError `member_not_found` */
  async get(accountId: string, id: string): Promise<Member> {
    const membership = await this.unitOfWork.read((manager) => manager.findOneBy(Membership, { id, accountId }));
    const user = membership && (await this.users.find(membership.userId));
    if (!user) throw memberNotFound();
    return { membership, user };
  }

  /** @throws DomainError `user_not_found`, `already_member`, `account_not_found`, `not_permitted` */
  async add(actor: Actor, accountId: string, email: string, role: Role): Promise<Member> {
    const known = await this.users.findByEmail(email);
    const write = this.unitOfWork.write(actor, async (tx) => {
      await requireAdministrator(tx, actor, accountId);
      await lockAccountShared(tx, accountId);
      if (!known) throw new DomainError('user_not_found', `no user has the e-mail address ${email}`);
      const user = await lockUserShared(this.users, tx, known.id);
      return { membership: await this.insert(tx, accountId, user.id, role), user };
    });
    return whenTaken(write, () => new DomainError('already_member', `${email} is already a member of this account`));
  }

  /** Adds a membership within an open transaction. */
  async insert(tx: Transaction, accountId: string, userId: number, role: Role): Promise<Membership> {
    const membership: Membership = { id: newHexId(), accountId, userId, role, createdAt: tx.now };
    await tx.manager.insert(Membership, membership);
    tx.record(new MemberAdded(membership));
    return membership;
  }

  /** @throws DomainError `member_not_found`, `not_permitted` */
  async changeRole(actor: Actor, accountId: string, id: string, role: Role): Promise<Member> {
    return this.unitOfWork.write(actor, async (tx) => {
      await requireAdministrator(tx, actor, accountId);
      const membership = await this.locked(tx, accountId, id);
      const user = await lockUserShared(this.users, tx, membership.userId);
      if (membership.role !== role) {
        await tx.manager.update(Membership, { id }, { role });
        tx.record(new MemberUpdated(Object.assign(membership, { role })));
      }
      return { membership, user };
    });
  }

  /**
   * Ends a membership and the user's logins to the account.
   * @throws DomainError `member_not_found`, `not_permitted`
   */
  async remove(actor: Actor, accountId: string, id: string): Promise<void> {
    await this.unitOfWork.write(actor, async (tx) => {
      await requireAdministrator(tx, actor, accountId);
      const membership = await this.locked(tx, accountId, id);
      await tx.manager.delete(SessionToken, { userId: membership.userId, accountId });
      await tx.manager.delete(Membership, { id });
      tx.record(new MemberRemoved(membership));
    });
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

function memberNotFound(): DomainError {
  return new DomainError('member_not_found', 'no such member in this account');
}
