/** The changes to groups and their members. None revokes access: a group gives no rights. */
import { Change, type ChangeTarget } from '../../core/index.js';
import type { Group } from './group.entity.js';

/** A change to one group or to its members. */
export abstract class GroupChange extends Change {
  readonly target: ChangeTarget;
  readonly groupId: number;

  constructor(
    group: Pick<Group, 'id' | 'name'>,
    override readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super();
    this.groupId = group.id;
    this.target = { type: 'group', id: String(group.id), name: group.name };
  }

  override revokesAccess(): boolean {
    return false;
  }
}

/** A group was created. */
export class GroupCreated extends GroupChange {
  readonly type = 'group.created';
}

/** Name or description changed; `details.fields` names them. */
export class GroupUpdated extends GroupChange {
  readonly type = 'group.updated';
}

/** The group was deleted. Its members remain users. */
export class GroupDeleted extends GroupChange {
  readonly type = 'group.deleted';
}

/** A user became a member of a group, or no longer is one. Deleted users leave without such a change. */
export abstract class GroupMemberChange extends GroupChange {
  override readonly userId: number;

  constructor(group: Pick<Group, 'id' | 'name'>, userId: number) {
    super(group, { user_id: userId });
    this.userId = userId;
  }
}

/** A user was added to a group. */
export class GroupMemberAdded extends GroupMemberChange {
  readonly type = 'group.member_added';
}

/** A user was removed from a group. */
export class GroupMemberRemoved extends GroupMemberChange {
  readonly type = 'group.member_removed';
}
