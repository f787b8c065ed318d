/** The feed of one resource: its subscribers, the state last sent to them, and the refresh that sends what differs. */
import { setImmediate as nextTick } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { DomainError, errorSummary, type Change, type Semaphore } from '../../../core/index.js';
import type { SubscriberAuthorizer } from './subscriber-authorizer.js';
import { ALL, type Item, type WatchedResource } from './watched-resource.js';
import type { Subscriber } from './subscriber.js';

/** If more items than this have changed, all items are read. */
const ITEMS_AT_ONCE = 500;

/** After this many bytes, yields so that connections can send; otherwise even fast readers would seem slow. */
const BYTES_AT_ONCE = 64 * 1024;

const logger = new Logger('ResourceFeed');

/**
 * Changes only tell which items to read again; the feed sends the items that differ from what it sent last. A new
 * subscriber gets a list that was read after they joined, and every difference from then on.
 */
export class ResourceFeed {
  private readonly subscribers = new Set<Subscriber>();
  private readonly joining = new Set<Subscriber>();
  private readonly sent = new Map<string, string>();
  private readonly stale = new Set<string>();
  private isRefreshing = false;
  private bytesThisTick = 0;

  constructor(
    private readonly resource: WatchedResource,
    private readonly authorizer: SubscriberAuthorizer,
    private readonly reads: Semaphore,
  ) {}

  get isEmpty(): boolean {
    return this.subscribers.size === 0 && this.joining.size === 0;
  }

  /** Sends the subscriber the first line once it has been read, or ends the stream with the reason for failure. */
  join(subscriber: Subscriber): void {
    this.joining.add(subscriber);
    this.refresh();
  }

  leave(subscriber: Subscriber): void {
    this.joining.delete(subscriber);
    this.subscribers.delete(subscriber);
  }

  onChange(change: Change): void {
    const key = this.resource.affectedKey(change);
    if (key === undefined) return;
    this.stale.add(key);
    this.refresh();
  }

  /** Call when changes may have been missed. */
  invalidate(): void {
    this.stale.add(ALL);
    this.refresh();
  }

  /** Starts the pending work unless it is running; repeats what failed before. */
  refresh(): void {
    if (this.isRefreshing) return;
    this.isRefreshing = true;
    void this.refreshLoop();
  }

  private async refreshLoop(): Promise<void> {
    let canContinue = true;
    while (canContinue && (this.joining.size > 0 || this.stale.size > 0)) {
      // Subscribers and changes that arrive in the same tick share one read.
      await nextTick();
      canContinue = await this.reads.run(() => this.refreshOnce());
    }
    // No `await` since the check for more work, so nothing can be missed in between.
    this.isRefreshing = false;
  }

  /** @returns whether the database could be read */
  private async refreshOnce(): Promise<boolean> {
    const joining = [...this.joining];
    const needsAll = joining.length > 0 || this.stale.has(ALL) || this.stale.size > ITEMS_AT_ONCE;
    const keys = needsAll ? undefined : [...this.stale];
    this.stale.clear();
    try {
      const items = await this.resource.read(keys);
      await this.publish(items, keys ?? [...this.sent.keys()]);
      this.admit(joining, items);
      return true;
    } catch (error) {
      const isGone = error instanceof DomainError && error.code.endsWith('_not_found');
      if (isGone) await this.close();
      else this.stale.add(ALL);
      this.rejectJoining(joining, error);
      return isGone;
    }
  }

  /** @param keys - the keys that were read: those without an item no longer exist */
  private async publish(items: readonly Item[], keys: readonly string[]): Promise<void> {
    this.bytesThisTick = 0;
    const present = new Set(items.map(({ key }) => key));
    for (const { key, json } of items) {
      if (this.sent.get(key) === json) continue;
      this.sent.set(key, json);
      await this.broadcast(json);
    }
    for (const key of keys) if (!present.has(key)) await this.remove(key);
  }

  private async remove(key: string): Promise<void> {
    const json = this.sent.get(key);
    if (json === undefined) return;
    this.sent.delete(key);
    await this.broadcast(JSON.stringify({ ...(JSON.parse(json) as object), state: 'deleted' }));
  }

  private async broadcast(json: string): Promise<void> {
    if (this.subscribers.size === 0) return;
    if (this.bytesThisTick === 0) await this.authorizer.authorized(this.subscribers);
    const line = this.line([json]);
    for (const subscriber of this.subscribers) subscriber.send(line);
    this.bytesThisTick += line.length;
    if (this.bytesThisTick < BYTES_AT_ONCE) return;
    this.bytesThisTick = 0;
    await nextTick();
  }

  private admit(joining: readonly Subscriber[], items: readonly Item[]): void {
    if (joining.length === 0) return;
    const line = this.line(items.map(({ json }) => json));
    for (const subscriber of joining) {
      // Skip subscribers that have left in the meantime.
      if (!this.joining.delete(subscriber)) continue;
      this.subscribers.add(subscriber);
      subscriber.begin(line);
    }
  }

  /** The resource no longer exists. */
  private async close(): Promise<void> {
    for (const key of [...this.sent.keys()]) await this.remove(key);
    for (const subscriber of this.subscribers) subscriber.finish();
  }

  private rejectJoining(joining: readonly Subscriber[], error: unknown): void {
    const reason = error instanceof Error ? error : new Error('a value that is not an Error was thrown');
    if (!(error instanceof DomainError)) logger.error(errorSummary(error));
    for (const subscriber of joining) {
      this.joining.delete(subscriber);
      subscriber.end(reason);
    }
  }

  private line(objects: readonly string[]): Buffer {
    const text = objects.join(',');
    return Buffer.from(this.resource.isList ? `[${text}]\n` : `${text}\n`);
  }
}
