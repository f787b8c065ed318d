/** Manages groups of users and their members. */
import { Injectable } from '@nestjs/common';
import { DomainError, UnitOfWork, whenTaken, type Actor, type Transaction } from '../../core/index.js';
import { CleanupJob } from '../cleanup-job.js';
import { newHexId } from '../hex-id.js';
import type { Label } from '../labels/label.js';
import { TakenNames } from '../labels/taken-names.js';
import { removeOwnedRows } from '../owned-rows.js';
import { userNotFound } from '../user-row-lock.js';
import { User } from '../user.entity.js';
import { GroupCreated, GroupDeleted, GroupMemberAdded, GroupMemberRemoved, GroupUpdated } from './group-changes.js';
import { GroupMember } from './group-member.entity.js';
import { readGroupName } from './group-name.js';
import { Group } from './group.entity.js';

/** The values of a group. */
export type GroupValues = Pick<Group, 'name' | 'description'>;

/** Groups of Latchkey's own users. Nothing is decided by them: they are kept for the applications that read them. */
@Injectable()
export class GroupService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly names: TakenNames,
    private readonly cleanup: CleanupJob,
  ) {}

  /** @throws DomainError `identifier_taken`, `invalid_value` (name) */
  create(actor: Actor, { name, description }: GroupValues): Promise<Group> {
    const label = labelOf(name);
    const write = this.unitOfWork.write(actor, async (tx) => {
      const row = { name: label.text, description, createdAt: tx.now, updatedAt: tx.now };
      const { identifiers } = await tx.manager.createQueryBuilder().insert().into(Group).values(row).execute();
      const { id } = identifiers[0] as Pick<Group, 'id'>;
      await this.giveName(tx, id, label);
      const group = { id, ...row };
      tx.record(new GroupCreated(group));
      return group;
    });
    return whenTaken(write, () => nameTaken(label.text));
  }

  /**
   * Changes a group and returns the new state; does nothing if nothing differs.
   * @throws DomainError `resource_not_found`, `identifier_taken`, `invalid_value` (name)
   */
  update(actor: Actor, id: number, changes: Partial<GroupValues>): Promise<Group> {
    const label = changes.name === undefined ? undefined : labelOf(changes.name);
    const write = this.unitOfWork.write(actor, async (tx) => {
      const group = await lockGroup(tx, id);
      const wanted: Partial<GroupValues> = { ...changes, ...(label && { name: label.text }) };
      const fields = (Object.keys(wanted) as (keyof GroupValues)[]).filter((key) => wanted[key] !== group[key]);
      if (fields.length === 0) return group;
      if (label && fields.includes('name')) await this.giveName(tx, id, label);
      const values = { ...Object.fromEntries(fields.map((key) => [key, wanted[key]])), updatedAt: tx.now };
      await tx.manager.update(Group, { id }, values);
      Object.assign(group, values);
      tx.record(new GroupUpdated(group, { fields }));
      return group;
    });
    return whenTaken(write, () => nameTaken(label?.text ?? ''));
  }

  /**
   * Removes a group and its memberships; the users stay. If there are many members, some of the rows are removed
   * afterwards, in the background.
   * @throws DomainError `resource_not_found`
   */
  async delete(actor: Actor, id: number): Promise<void> {
    const isLeft = await this.unitOfWork.write(actor, async (tx) => {
      const group = await lockGroup(tx, id);
      const rows = await removeOwnedRows(tx, { kind: 'group', id: String(id) }, null);
      await this.names.free(tx, 'group', String(id));
      await tx.manager.delete(Group, { id });
      tx.record(new GroupDeleted(group));
      return rows.isLeft;
    });
    if (isLeft) this.cleanup.removeLeftRows();
  }

  /**
   * Makes a user a member; does nothing if they are one.
   * @throws DomainError `user_not_found`, `resource_not_found`
   */
  async addMember(actor: Actor, groupId: number, userId: number): Promise<void> {
    await this.unitOfWork.write(actor, async (tx) => {
      const user = await tx.lockShared(User, { id: userId });
      const group = await lockGroup(tx, groupId);
      if (!user) throw userNotFound(userId);
      if (await tx.manager.existsBy(GroupMember, { groupId, userId })) return;
      await tx.manager.insert(GroupMember, { id: newHexId(), groupId, userId, createdAt: tx.now });
      tx.record(new GroupMemberAdded(group, userId));
    });
  }

  /** @throws DomainError `resource_not_found`, `member_not_found` */
  async removeMember(actor: Actor, groupId: number, userId: number): Promise<void> {
    await this.unitOfWork.write(actor, async (tx) => {
      const group = await lockGroup(tx, groupId);
      if (!(await tx.manager.existsBy(GroupMember, { groupId, userId }))) {
        throw new DomainError('member_not_found', `User ${String(userId)} is not a member of group ${String(groupId)}`);
      }
      await tx.manager.delete(GroupMember, { groupId, userId });
      tx.record(new GroupMemberRemoved(group, userId));
    });
  }

  private async giveName(tx: Transaction, id: number, label: Label): Promise<void> {
    const conflict = await this.names.give(tx, 'group', String(id), label);
    if (conflict) throw nameTaken(label.text, conflict.by === 'look' ? conflict.owner : undefined);
  }
}

/** @throws DomainError `resource_not_found` */
async function lockGroup(tx: Transaction, id: number): Promise<Group> {
  const group = await tx.lockForUpdate(Group, { id });
  if (!group) throw groupNotFound(id);
  return group;
}

export function groupNotFound(id: number): DomainError {
  return new DomainError('resource_not_found', `Group ${String(id)} not found`);
}

/** @throws DomainError `invalid_value` */
function labelOf(name: string): Label {
  const label = readGroupName(name);
  if ('flaw' in label) throw new DomainError('invalid_value', `name ${label.flaw}`);
  return label;
}

/** @param alike - the group that the name only looks like */
function nameTaken(name: string, alike?: string): DomainError {
  const because = alike === undefined ? '' : `: it looks like that of group ${alike}`;
  return new DomainError('identifier_taken', `Group name ${name} is already in use${because}`);
}
