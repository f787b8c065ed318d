/** The users that one caller sees, as a resource to watch that follows the caller's rights and memberships. */
import type { Change, UserDirectory } from '../../../core/index.js';
import {
  AccountChange,
  MembershipChange,
  UserChange,
  UserUpdated,
  type User,
  type VisibleUsers,
} from '../../../identity/index.js';
import { ownedBy } from './watch-access.js';
import type { WatchAccess } from '../../../streams/index.js';
import { ALL, type Item, type WatchedResource } from './watched-resource.js';

export class SeenUsers implements WatchedResource {
  readonly name: string;
  readonly isList = true;
  readonly userId = null;
  readonly access: WatchAccess;
  /** Keys of the users that were read. Changes of others do not matter until a membership changes. */
  private readonly keys = new Set<string>();
  private readsRunning = 0;

  constructor(
    private readonly callerId: number,
    private readonly directory: UserDirectory,
    private readonly visible: VisibleUsers,
    private readonly itemOf: (user: User) => Item,
  ) {
    this.name = `users seen by ${String(callerId)}`;
    this.access = ownedBy(callerId);
  }

  async *read(keys?: readonly string[]): AsyncGenerator<Item[], void> {
    this.readsRunning += 1;
    try {
      const viewer = await this.directory.find(this.callerId);
      if (!viewer) return;
      const batches = keys ? this.some(viewer, keys) : this.visible.all(viewer, null);
      for await (const users of batches) {
        const items = users.map(this.itemOf);
        for (const { key } of items) this.keys.add(key);
        yield items;
      }
    } finally {
      this.readsRunning -= 1;
    }
  }

  affectedKey(change: Change): string | undefined {
    if (change instanceof AccountChange) return change.revokesAccess() ? ALL : undefined;
    const isOthers = change instanceof MembershipChange || change instanceof UserChange;
    if (!isOthers) return undefined;
    const key = String(change.userId);
    if (change instanceof MembershipChange) return change.userId === this.callerId ? ALL : key;
    if (change.userId === this.callerId && change instanceof UserUpdated && change.concerns('admin')) return ALL;
    // A read that is under way may hold an older state of the user.
    return this.keys.has(key) || this.readsRunning > 0 ? key : undefined;
  }

  private async *some(
    viewer: Parameters<VisibleUsers['some']>[0],
    keys: readonly string[],
  ): AsyncGenerator<User[], void> {
    yield await this.visible.some(viewer, keys.map(Number));
  }
}
