/** Caches the tokens that verification has found, bounded in number and age, and evicts them when they change. */
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { ChangeRelay } from '../changes/change-relay.js';
import type { Change } from '../changes/changes.js';
import { EventBus } from '../changes/event-bus.js';
import { CORE_OPTIONS, type CoreOptions } from '../options.js';
import { nextTurn } from '../concurrency/turns.js';
import type { KnownToken } from './known-token.js';

/** Resolution of entries' age, in milliseconds: reading the clock each time would cost more than the look-up. */
const AGE_RESOLUTION_MS = 1000;

/** Entries evicted in one turn of the event loop. */
const EVICTIONS_PER_TURN = 2000;

/** The result of a database read; synchronous if the engine can do it. */
export type Reading = KnownToken | null | Promise<KnownToken | null>;

/** Counts changes: what was read may be cached only if no change has happened since. */
export type Generation = number;

@Injectable()
export class CredentialCache implements OnModuleDestroy {
  private readonly known: LRUCache<string, KnownToken> | undefined;
  private readonly keysByToken = new Map<string, Set<string>>();
  private readonly keysByUser = new Map<number, Set<string>>();
  private readonly keysByAccount = new Map<string, Set<string>>();
  private readonly inFlight = new Map<string, Promise<KnownToken | null>>();
  private readonly stops: (() => void)[];
  private currentGeneration: Generation = 0;
  /** Whether the cache receives changes: requests may still run after the cache has stopped listening at shutdown. */
  private isListening = true;

  constructor(
    @Inject(CORE_OPTIONS) { credentialCache }: Pick<CoreOptions, 'credentialCache'>,
    private readonly relay: ChangeRelay,
    events: EventBus,
  ) {
    const { entries, seconds } = credentialCache;
    if (entries > 0) {
      this.known = new LRUCache({
        max: entries,
        ttl: seconds * 1000,
        ttlResolution: AGE_RESOLUTION_MS,
        dispose: (known, key) => {
          this.unindex(key, known);
        },
      });
    }
    this.stops = [
      events.subscribe((change) => this.evict(change)),
      events.onResync(() => {
        this.clear();
      }),
    ];
  }

  onModuleDestroy(): void {
    for (const stop of this.stops) stop();
    this.isListening = false;
    this.clear();
  }

  /** Number of cached tokens. */
  get size(): number {
    return this.known?.size ?? 0;
  }

  /** Maximum number of cached tokens. */
  get capacity(): number {
    return this.known?.max ?? 0;
  }

  /** The cached token of a key, provided that this instance receives every change. */
  get(key: string): KnownToken | undefined {
    return this.known && this.isCurrent() ? this.known.get(key) : undefined;
  }

  /** Reads a token that is not cached. Concurrent reads of a key are shared until the next change. */
  read(key: string, read: () => Reading): Reading {
    if (!this.isCurrent()) return read();
    const running = this.inFlight.get(key);
    if (running) return running;
    const found = read();
    if (!(found instanceof Promise)) return found;
    const flight = found.finally(() => {
      if (this.inFlight.get(key) === flight) this.inFlight.delete(key);
    });
    this.inFlight.set(key, flight);
    return flight;
  }

  /** Take this before a read whose result may be cached; `undefined` if it may not be cached. */
  generation(): Generation | undefined {
    return this.isCurrent() ? this.currentGeneration : undefined;
  }

  /** Caches what was read after a generation was taken, unless something has changed since then. */
  store(key: string, known: KnownToken, since: Generation | undefined): void {
    if (since !== this.currentGeneration || !this.known || !this.isCurrent()) return;
    this.known.set(key, known);
    const { id, userId, accountId } = known.token;
    add(this.keysByToken, id, key);
    if (userId !== null) add(this.keysByUser, userId, key);
    if (accountId !== null) add(this.keysByAccount, accountId, key);
  }

  private isCurrent(): boolean {
    return this.isListening && this.relay.isCurrent();
  }

  /** Evicts what a change can invalidate: the token, all tokens of the user, or all tokens of the account. */
  private async evict(change: Change): Promise<void> {
    // A read that began before the change may miss a token that exists now, so no caller may share it any more.
    this.inFlight.clear();
    // Only found tokens are cached, and a change that revokes nothing leaves them valid.
    if (!change.revokesAccess()) return;
    this.currentGeneration += 1;
    const { tokenId, userId } = change as { tokenId?: string; userId?: number | null };
    const keys = [
      ...(tokenId === undefined ? [] : (this.keysByToken.get(tokenId) ?? [])),
      ...(userId === undefined || userId === null ? [] : (this.keysByUser.get(userId) ?? [])),
      ...(change.target.type === 'account' ? (this.keysByAccount.get(change.target.id ?? '') ?? []) : []),
    ];
    for (const [at, key] of keys.entries()) {
      // The change is not acknowledged yet, so what is still there may still be accepted.
      if (at > 0 && at % EVICTIONS_PER_TURN === 0) await nextTurn();
      this.known?.delete(key);
    }
  }

  private clear(): void {
    this.currentGeneration += 1;
    this.inFlight.clear();
    this.known?.clear();
  }

  private unindex(key: string, { token: { id, userId, accountId } }: KnownToken): void {
    remove(this.keysByToken, id, key);
    if (userId !== null) remove(this.keysByUser, userId, key);
    if (accountId !== null) remove(this.keysByAccount, accountId, key);
  }
}

function add<K>(index: Map<K, Set<string>>, of: K, key: string): void {
  const keys = index.get(of);
  if (keys) keys.add(key);
  else index.set(of, new Set([key]));
}

function remove<K>(index: Map<K, Set<string>>, of: K, key: string): void {
  const keys = index.get(of);
  keys?.delete(key);
  if (keys?.size === 0) index.delete(of);
}
