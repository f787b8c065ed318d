/** What verification remembers: tokens that were found, bounded in number and age, forgotten with every change to them. */
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { ChangeRelay } from '../changes/change-relay.js';
import type { Change } from '../changes/changes.js';
import { EventBus } from '../changes/event-bus.js';
import { CORE_OPTIONS, type CoreOptions } from '../options.js';
import type { KnownToken } from './known-token.js';

const BY_DEFAULT = { entries: 50_000, seconds: 300 };

/** How exactly the age is kept, in milliseconds: asking the clock each time would cost more than the look-up. */
const AGE_RESOLUTION_MS = 1000;

/** What a read finds, at once where the engine can. */
export type Reading = KnownToken | null | Promise<KnownToken | null>;

/** Says when what was read may be remembered: only if nothing that could concern it happened since. */
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
  /** Whether this memory hears of changes at all: when the server stops, requests may still be under way. */
  private isListening = true;

  constructor(
    @Inject(CORE_OPTIONS) { credentialCache = BY_DEFAULT }: CoreOptions,
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
      events.subscribe((change) => {
        this.evict(change);
      }),
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

  /** What is known under a key, as long as this instance hears of every change. */
  get(key: string): KnownToken | undefined {
    return this.known && this.isCurrent() ? this.known.get(key) : undefined;
  }

  /** Reads what is not known: at most once at a time for each key, unless something changes meanwhile. */
  read(key: string, read: () => Reading): Reading {
    if (!this.isCurrent()) return read();
    const underWay = this.inFlight.get(key);
    if (underWay) return underWay;
    const found = read();
    if (!(found instanceof Promise)) return found;
    const flight = found.finally(() => {
      if (this.inFlight.get(key) === flight) this.inFlight.delete(key);
    });
    this.inFlight.set(key, flight);
    return flight;
  }

  /** To be taken before something is read that may be remembered; `undefined` when it may not. */
  generation(): Generation | undefined {
    return this.isCurrent() ? this.currentGeneration : undefined;
  }

  /** Remembers what was read since a generation was taken, unless that is over. */
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

  /** Drops what the change may have made wrong: the token, all tokens of the user, and all of an account that is gone. */
  private evict(change: Change): void {
    // A read that began before the change may find nothing where there is something now: nobody joins it any more.
    this.inFlight.clear();
    // Only what was found is kept, and a change that revokes nothing leaves all of that as it was.
    if (!change.revokesAccess()) return;
    this.currentGeneration += 1;
    const { tokenId, userId } = change as { tokenId?: string; userId?: number | null };
    const keys = [
      ...(tokenId === undefined ? [] : (this.keysByToken.get(tokenId) ?? [])),
      ...(userId === undefined || userId === null ? [] : (this.keysByUser.get(userId) ?? [])),
      ...(change.target.type === 'account' ? (this.keysByAccount.get(change.target.id ?? '') ?? []) : []),
    ];
    for (const key of keys) this.known?.delete(key);
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
