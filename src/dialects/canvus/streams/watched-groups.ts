/** The groups and their members as resources to watch. */
import { Injectable } from '@nestjs/common';
import { UserDirectory, type Change } from '../../../core/index.js';
import {
  AccountChange,
  GroupChange,
  GroupMemberChange,
  MembershipChange,
  UserChange,
  UserUpdated,
  VisibleGroups,
  VisibleUsers,
  type Viewer,
} from '../../../identity/index.js';
import { ALL_USERS, type GroupLike } from '../built-in-group.js';
import { groupView } from '../groups.views.js';
import { batchOf, mapped, numbered, single, userItem } from './items.js';
import { ownedBy, seeingEverybody } from './watch-access.js';
import type { WatchAccess } from '../../../streams/index.js';
import { ALL, type Item, type WatchedResource } from './watched-resource.js';

/** Reads as one who sees every user does. */
const EVERYBODY: Viewer = { id: 0, admin: true };

/** On whose behalf a resource is read. */
interface Watcher {
  /** Part of the name of the resource. Those who see everybody share one reading. */
  readonly name: string;
  readonly access: WatchAccess;
  viewer(): Promise<Viewer>;
  /** Whether they may see other groups or users after a change. */
  seesAnew(change: Change): boolean;
  /** Whether a change to somebody's membership in an account may show or hide that user. */
  readonly followsAccounts: boolean;
}

@Injectable()
export class WatchedGroups {
  constructor(
    private readonly groups: VisibleGroups,
    private readonly users: VisibleUsers,
    private readonly directory: UserDirectory,
  ) {}

  async list(viewer: Viewer): Promise<WatchedResource> {
    const watcher = await this.watcher(viewer);
    return {
      ...commonParts(watcher, 'groups', true),
      read: (keys) => this.readGroups(watcher, keys),
      affectedKey: (change) => {
        if (watcher.seesAnew(change)) return ALL;
        const isOwn = change instanceof GroupChange && !(change instanceof GroupMemberChange);
        return isOwn ? String(change.groupId) : undefined;
      },
    };
  }

  async one(viewer: Viewer, id: number): Promise<WatchedResource> {
    const watcher = await this.watcher(viewer);
    return {
      ...commonParts(watcher, `groups/${String(id)}`, false),
      read: () => single(async () => groupItem(await this.group(watcher, id))),
      affectedKey: (change) => {
        const isOwn = change instanceof GroupChange && !(change instanceof GroupMemberChange) && change.groupId === id;
        return isOwn || watcher.seesAnew(change) ? ALL : undefined;
      },
    };
  }

  async members(viewer: Viewer, id: number): Promise<WatchedResource> {
    const watcher = await this.watcher(viewer);
    return {
      ...commonParts(watcher, `groups/${String(id)}/members`, true),
      read: (keys) => this.readMembers(watcher, id, keys),
      affectedKey: (change) => {
        if (watcher.seesAnew(change)) return ALL;
        if (change instanceof GroupMemberChange) return change.groupId === id ? String(change.userId) : undefined;
        if (change instanceof GroupChange) return change.groupId === id ? ALL : undefined;
        const isUsers = change instanceof UserChange || (watcher.followsAccounts && change instanceof MembershipChange);
        return isUsers ? String(change.userId) : undefined;
      },
    };
  }

  private async group(watcher: Watcher, id: number): Promise<GroupLike> {
    return id === ALL_USERS.id ? ALL_USERS : this.groups.get(await watcher.viewer(), id);
  }

  private async *readGroups(watcher: Watcher, keys: readonly string[] | undefined): AsyncGenerator<Item[], void> {
    const viewer = await watcher.viewer();
    if (keys) yield* batchOf(() => this.groups.some(viewer, keys.map(Number)), groupItem);
    else {
      yield [groupItem(ALL_USERS)];
      yield* mapped(this.groups.all(viewer, null), groupItem);
    }
  }

  private async *readMembers(
    watcher: Watcher,
    id: number,
    keys: readonly string[] | undefined,
  ): AsyncGenerator<Item[], void> {
    const viewer = await watcher.viewer();
    if (keys) yield* batchOf(() => this.groups.someMembers(viewer, id, keys.map(Number)), userItem);
    else yield* mapped(this.groups.members(viewer, id, null), userItem);
  }

  private async watcher(viewer: Viewer): Promise<Watcher> {
    if (await this.users.isRestricted(viewer)) return this.restricted(viewer.id);
    return {
      name: '',
      access: seeingEverybody(this.users),
      viewer: () => Promise.resolve(EVERYBODY),
      seesAnew: () => false,
      followsAccounts: false,
    };
  }

  private restricted(id: number): Watcher {
    return {
      name: ` seen by ${String(id)}`,
      access: ownedBy(id),
      viewer: async () => (await this.directory.find(id)) ?? { id, admin: false },
      seesAnew: (change) => {
        if (change instanceof AccountChange) return change.revokesAccess();
        if (change instanceof GroupMemberChange) return change.userId === id;
        if (change instanceof MembershipChange) return change.userId === id;
        return change instanceof UserUpdated && change.userId === id && change.concerns('admin');
      },
      followsAccounts: true,
    };
  }
}

function commonParts(
  { name, access }: Watcher,
  path: string,
  isList: boolean,
): Pick<WatchedResource, 'name' | 'isList' | 'userId' | 'access'> {
  return { name: `${path}${name}`, isList, userId: null, access };
}

function groupItem(group: GroupLike): Item {
  return numbered(group.id, groupView(group));
}
