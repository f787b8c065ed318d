/** The feeds that somebody watches, found by whose changes concern them. */
import { Semaphore, type Change } from '../../../core/index.js';
import type { SubscriberAuthorizer } from './subscriber-authorizer.js';
import type { WatchedResource } from './watched-resource.js';
import { ResourceFeed } from './resource-feed.js';

/** Feeds that are read at the same time: after a gap there may be thousands, and requests want the database as well. */
const READS_AT_ONCE = 4;

export class ResourceFeeds {
  /** By the user whose changes alone concern them, and then by name. */
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

  /** Forgets a feed that nobody watches. */
  dropIfEmpty({ userId, name }: WatchedResource): void {
    const named = this.byUser.get(userId);
    if (named?.get(name)?.isEmpty !== true) return;
    named.delete(name);
    if (named.size === 0) this.byUser.delete(userId);
  }

  /** @param userId - whose change it is, `null` for one of no user */
  onChange(change: Change, userId: number | null): void {
    for (const whose of new Set([null, userId])) {
      for (const feed of this.byUser.get(whose)?.values() ?? []) feed.onChange(change);
    }
  }

  /** Changes may have been missed. */
  invalidate(): void {
    for (const feed of this.all()) feed.invalidate();
  }

  /** Tries again what could not be done. */
  retry(): void {
    for (const feed of this.all()) feed.refresh();
  }

  private *all(): Generator<ResourceFeed> {
    for (const named of this.byUser.values()) yield* named.values();
  }
}
