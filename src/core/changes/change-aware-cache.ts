/** Caches what was read from the database until a change, which may come from another instance, makes it stale. */
import { RecentValues } from '../recent-values.js';
import type { ChangeRelay } from './change-relay.js';
import type { Change, ChangeClass } from './changes.js';
import type { EventBus } from './event-bus.js';

/** How much is cached, and for how long. */
export interface CacheLimits {
  /** Maximum number of entries; 0 disables the cache. */
  readonly entries: number;
  readonly seconds: number;
}

/** Which keys a change makes stale. */
export type StaleKeys<K> = (change: Change) => readonly K[] | 'all';

/** A cache that is as current as the changes that this instance receives; while it receives none, all is read. */
export class ChangeAwareCache<K extends string | number, V extends object | boolean> {
  private readonly values: RecentValues<K, V>;
  private readonly inFlight = new Map<K, Promise<V>>();
  private readonly stops: (() => void)[];
  /** Counts changes: what was read may be cached only if nothing has changed since. */
  private generation = 0;
  private isListening = true;

  /** @param changes - the classes of those that can make a key stale */
  constructor(
    { entries, seconds }: CacheLimits,
    private readonly relay: ChangeRelay,
    events: EventBus,
    changes: readonly ChangeClass[],
    staleKeys: StaleKeys<K>,
  ) {
    this.values = new RecentValues(entries, seconds);
    this.stops = [
      events.subscribe((change) => {
        this.evict(staleKeys(change));
      }, changes),
      events.onResync(() => {
        this.evict('all');
      }),
    ];
  }

  /** The cached value of a key, or what `read` returns. Concurrent reads of a key are shared until the next change. */
  get(key: K, read: () => Promise<V>): V | Promise<V> {
    if (!this.isCurrent()) return read();
    return this.values.get(key) ?? this.inFlight.get(key) ?? this.started(key, read);
  }

  /** Call when the server stops: from then on everything is read. */
  close(): void {
    for (const stop of this.stops) stop();
    this.isListening = false;
    this.evict('all');
  }

  private started(key: K, read: () => Promise<V>): Promise<V> {
    const since = this.generation;
    const flight = read()
      .then((value) => {
        if (since === this.generation && this.isCurrent()) this.values.set(key, value);
        return value;
      })
      .finally(() => {
        if (this.inFlight.get(key) === flight) this.inFlight.delete(key);
      });
    this.inFlight.set(key, flight);
    return flight;
  }

  private isCurrent(): boolean {
    return this.isListening && this.relay.isCurrent();
  }

  private evict(stale: readonly K[] | 'all'): void {
    if (stale.length === 0) return;
    // A read that began before the change may not see it, so that nobody may share it or keep what it found.
    this.generation += 1;
    this.inFlight.clear();
    if (stale === 'all') this.values.clear();
    else for (const key of stale) this.values.delete(key);
  }
}
