/** All feeds that have subscribers, indexed by the user whose changes affect them. */
import { Semaphore, type Change } from '../../../core/index.js';
import type { SubscriberAuthorizer } from '../../../streams/index.js';
import type { WatchedResource } from './watched-resource.js';
import { ResourceFeed } from './resource-feed.js';

/** Feeds read at the same time: after missed changes there may be thousands, and requests need the database too. */
const READS_AT_ONCE = 4;

export class ResourceFeeds {
  /** By the user whose changes affect the feed (`null`: all users), then by name. */
  private readonly byUser = new Map<number | null, Map<string, ResourceFeed>>();

  private readonly reads = new Semaphore({ concurrent: READS_AT_ONCE });

  constructor(private readonly authorizer: SubscriberAuthorizer) {}

  of(resource: WatchedResource): ResourceFeed {
    const { userId, name } = resource;
    const named = this.byUser.get(userId) ?? new Map<string, ResourceFeed>();
    const feed = named.get(name) ?? new ResourceFeed(resource, this.authorizer, this.reads);
    this.byUser.set(userId, named.set(name, feed));
    return feed;
  }

  /** Drops a feed that has no subscribers. */
  dropIfEmpty({ userId, name }: WatchedResource): void {
    const named = this.byUser.get(userId);
    if (named?.get(name)?.isEmpty !== true) return;
    named.delete(name);
    if (named.size === 0) this.byUser.delete(userId);
  }

  /** @param userId - the user that the change belongs to, or `null` */
  onChange(change: Change, userId: number | null): void {
    for (const key of new Set([null, userId])) {
      for (const feed of this.byUser.get(key)?.values() ?? []) feed.onChange(change);
    }
  }

  /** Call when changes may have been missed. */
  invalidate(): void {
    for (const feed of this.all()) feed.invalidate();
  }

  /** Repeats refreshes that have failed. */
  retry(): void {
    for (const feed of this.all()) feed.refresh();
  }

  private *all(): Generator<ResourceFeed> {
    for (const named of this.byUser.values()) yield* named.values();
  }
}
