/** Which groups and members a caller may see: all, or those of their own groups. */
import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { LongReads, UnitOfWork, type SlicedQuery } from '../../core/index.js';
import type { User } from '../user.entity.js';
import { VisibleUsers, type Viewer } from '../visible-users.js';
import { GroupMember } from './group-member.entity.js';
import { groupNotFound } from './group.service.js';
import { Group } from './group.entity.js';

/**
 * Who sees every user sees every group. Others see the groups that they are members of and, of the members, those users
 * whom they see: the names of groups tell of other tenants as addresses do.
 */
@Injectable()
export class VisibleGroups {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly reads: LongReads,
    private readonly users: VisibleUsers,
  ) {}

  /** The groups that the viewer sees, by id, in batches. */
  async *all(viewer: Viewer, reader: number | null = viewer.id): AsyncGenerator<Group[], void> {
    if (!(await this.users.isRestricted(viewer))) {
      yield* this.reads.batches(reader, { entity: Group, order: ['id'] });
      return;
    }
    const own: SlicedQuery<GroupMember> = {
      entity: GroupMember,
      where: (query) => query.andWhere({ userId: viewer.id }),
      order: ['groupId'],
    };
    for await (const batch of this.reads.batches(reader, own)) {
      const groups = await this.byId(batch.map(({ groupId }) => groupId));
      if (groups.length > 0) yield groups;
    }
  }

  /** Those of some groups that the viewer sees, by id. */
  async some(viewer: Viewer, ids: readonly number[]): Promise<Group[]> {
    if (!(await this.users.isRestricted(viewer))) return this.byId(ids);
    const own = await this.unitOfWork.read((manager) =>
      manager.findBy(GroupMember, { userId: viewer.id, groupId: In([...ids]) }),
    );
    return this.byId(own.map(({ groupId }) => groupId));
  }

  /** @throws DomainError `resource_not_found`, also for a group that the viewer does not see */
  async get(viewer: Viewer, id: number): Promise<Group> {
    const [group] = await this.some(viewer, [id]);
    if (!group) throw groupNotFound(id);
    return group;
  }

  /**
   * The members of a group whom the viewer sees, by their ids, in batches.
   * @throws DomainError `resource_not_found`, also for a group that the viewer does not see
   */
  async *members(viewer: Viewer, groupId: number, reader: number | null = viewer.id): AsyncGenerator<User[], void> {
    await this.get(viewer, groupId);
    const members: SlicedQuery<GroupMember> = {
      entity: GroupMember,
      where: (query) => query.andWhere({ groupId }),
      order: ['userId'],
    };
    for await (const batch of this.reads.batches(reader, members)) {
      const users = await this.users.some(
        viewer,
        batch.map(({ userId }) => userId),
      );
      if (users.length > 0) yield users.sort((one, other) => one.id - other.id);
    }
  }

  /** Those of some users who are members of a group and whom the viewer sees. */
  async someMembers(viewer: Viewer, groupId: number, userIds: readonly number[]): Promise<User[]> {
    await this.get(viewer, groupId);
    const members = await this.unitOfWork.read((manager) =>
      manager.findBy(GroupMember, { groupId, userId: In([...userIds]) }),
    );
    return this.users.some(
      viewer,
      members.map(({ userId }) => userId),
    );
  }

  private byId(ids: readonly number[]): Promise<Group[]> {
    return this.unitOfWork.read((manager) =>
      manager.find(Group, { where: { id: In([...ids]) }, order: { id: 'ASC' } }),
    );
  }
}
