/** The feed of one resource: its subscribers, the items last sent to them, and the refresh that sends what differs. */
import { setImmediate as nextTick } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { DomainError, errorSummary, nextTurn, type Change, type Semaphore } from '../../../core/index.js';
import type { Subscriber, SubscriberAuthorizer } from '../../../streams/index.js';
import { ItemStore } from './item-store.js';
import { ALL, type WatchedResource } from './watched-resource.js';

/** If more items than this have changed, all items are read. */
const ITEMS_AT_ONCE = 200;

/** After this many bytes, lets connections send; otherwise even fast readers would seem slow. */
const BYTES_PER_TURN = 64 * 1024;

/** Keys looked at in one turn of the event loop. */
const KEYS_PER_TURN = 5000;

/** Subscribers written to in one turn of the event loop. */
const WRITES_PER_TURN = 100;

const logger = new Logger('ResourceFeed');

/**
 * Changes only tell which items to read again; the feed sends the items that differ from what it sent last. A new
 * subscriber gets the items that the feed has, as soon as it has read what had changed when they joined; only the first
 * one, or one who comes while this instance receives no changes, makes it read everything.
 */
export class ResourceFeed {
  private readonly subscribers = new Set<Subscriber>();
  private readonly joining = new Set<Subscriber>();
  private readonly items: ItemStore;
  private readonly stale = new Set<string>([ALL]);
  private isRefreshing = false;
  private bytesThisTurn = 0;

  constructor(
    private readonly resource: WatchedResource,
    private readonly authorizer: SubscriberAuthorizer,
    private readonly reads: Semaphore,
  ) {
    this.items = new ItemStore(resource.isList);
  }

  get isEmpty(): boolean {
    return this.subscribers.size === 0 && this.joining.size === 0;
  }

  /** Sends the subscriber the first line when it is up to date, or ends the stream with the reason for failure. */
  join(subscriber: Subscriber): void {
    if (!this.authorizer.isCurrent()) this.stale.add(ALL);
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
    while (canContinue && !this.isEmpty && (this.joining.size > 0 || this.stale.size > 0)) {
      // Subscribers and changes that arrive in the same tick share one read.
      await nextTick();
      canContinue = await this.refreshOnce();
    }
    // No `await` since the check for more work, so nothing can be missed in between.
    this.isRefreshing = false;
  }

  /** @returns whether the database could be read */
  private async refreshOnce(): Promise<boolean> {
    const joining = [...this.joining];
    const needsAll = this.stale.has(ALL) || this.stale.size > ITEMS_AT_ONCE;
    const keys = needsAll ? undefined : [...this.stale];
    this.stale.clear();
    try {
      if (keys?.length !== 0) await this.reads.run(() => this.readAgain(keys));
      await this.admit(joining);
      return true;
    } catch (error) {
      const isGone = error instanceof DomainError && error.code.endsWith('_not_found');
      if (isGone) await this.close();
      this.stale.add(ALL);
      this.rejectJoining(joining, error);
      return isGone && this.joining.size > 0;
    }
  }

  /** @param keys - the items to read; `undefined` for all */
  private async readAgain(keys: readonly string[] | undefined): Promise<void> {
    this.bytesThisTurn = 0;
    const isFirst = this.items.size === 0;
    const present = new Set<string>();
    for await (const batch of this.resource.read(keys)) {
      for (const item of batch) {
        if (!isFirst) present.add(item.key);
        if (this.items.put(item)) await this.broadcast(item.json);
      }
    }
    if (!isFirst) await this.removeAll(keys ?? this.items.keys(), present);
  }

  private async removeAll(keys: Iterable<string>, except: ReadonlySet<string> = new Set()): Promise<void> {
    let seen = 0;
    for (const key of keys) {
      if (!except.has(key)) await this.remove(key);
      seen += 1;
      if (seen % KEYS_PER_TURN === 0) await nextTurn();
    }
  }

  private async remove(key: string): Promise<void> {
    const item = this.items.get(key);
    if (!item) return;
    this.items.remove(key);
    await this.broadcast(JSON.stringify({ ...(JSON.parse(item.json) as object), state: 'deleted' }));
  }

  private async broadcast(json: string): Promise<void> {
    if (this.subscribers.size === 0) return;
    if (this.bytesThisTurn === 0) await this.authorizer.authorized(this.subscribers);
    const line = this.items.lineOf(json);
    let written = 0;
    for (const subscriber of this.subscribers) {
      if (written > 0 && written % WRITES_PER_TURN === 0) await nextTurn();
      subscriber.send(line);
      written += 1;
    }
    this.bytesThisTurn += line.length;
    if (this.bytesThisTurn < BYTES_PER_TURN && written < WRITES_PER_TURN) return;
    this.bytesThisTurn = 0;
    await nextTurn();
  }

  private async admit(joining: readonly Subscriber[]): Promise<void> {
    if (joining.length === 0) return;
    const line = await this.items.firstLine();
    // The beginning of a long line takes as long to write as many short ones.
    const perTurn = line.length > 1 || (line[0]?.length ?? 0) > BYTES_PER_TURN / 4 ? 1 : WRITES_PER_TURN;
    for (const [at, subscriber] of joining.entries()) {
      if (at > 0 && at % perTurn === 0) await nextTurn();
      // Skip subscribers that have left in the meantime.
      if (!this.joining.delete(subscriber)) continue;
      this.subscribers.add(subscriber);
      subscriber.begin(line);
    }
  }

  /** The resource no longer exists. */
  private async close(): Promise<void> {
    await this.removeAll(this.items.keys());
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
}
