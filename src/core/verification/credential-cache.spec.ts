import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  Change,
  ChangeRelay,
  EventBus,
  LocalRelay,
  TokenIssued,
  TokenRevoked,
  type ChangePublication,
  type ChangeTarget,
  type Token,
} from '../index.js';
import { defaultsOf } from '../../settings/index.js';
import { CREDENTIAL_CACHE_SETTINGS } from '../core.settings.js';
import { CredentialCache } from './credential-cache.js';
import { KnownToken } from './known-token.js';

const [ACCOUNT, USER] = ['a'.repeat(32), 1000];

function knownToken(values: Partial<Token> = {}): KnownToken {
  const token = { id: 'one', kind: 'session', label: '', handle: 'h', handleScope: '', userId: null, accountId: null };
  const times = { expiresAt: null, previousSecretExpiresAt: null, lastSeenAt: null, previousLastSeenAt: null };
  return new KnownToken(
    { token: { ...token, ...times, ...values } as Token, digest: null, previousDigest: null },
    null,
  );
}

/** A change of which the cache knows only the user and the target. */
class UserMoved extends Change {
  readonly type = 'user.moved';
  readonly target: ChangeTarget = { type: 'user', id: String(USER), name: null };
  override readonly userId = USER;
}

class AccountClosed extends Change {
  readonly type = 'account.closed';
  readonly target: ChangeTarget = { type: 'account', id: ACCOUNT, name: null };
}

/** An instance that can lose its connection to the others. */
class ShakyRelay extends ChangeRelay {
  current = true;
  isCurrent = (): boolean => this.current;
  newPublication = (): ChangePublication => new LocalRelay(new EventBus()).newPublication();
}

describe('CredentialCache', () => {
  let events: EventBus;
  let relay: ShakyRelay;
  let cache: CredentialCache;

  beforeEach(() => {
    [events, relay] = [new EventBus(), new ShakyRelay()];
    cache = new CredentialCache({ credentialCache: defaultsOf(CREDENTIAL_CACHE_SETTINGS) }, relay, events);
  });

  const remember = (key: string, known: KnownToken): void => {
    cache.store(key, known, cache.generation());
  };

  it('returns what was stored, under its key only', () => {
    const known = knownToken();
    remember('key', known);
    expect(cache.get('key')).toBe(known);
    expect(cache.get('another')).toBeUndefined();
  });

  it('keeps everything when a token is issued to the same user in the same account', async () => {
    const known = knownToken({ userId: USER, accountId: ACCOUNT });
    remember('key', known);
    await events.deliver([new TokenIssued(knownToken({ id: 'two', userId: USER, accountId: ACCOUNT }).token)]);
    expect(cache.get('key')).toBe(known);
  });

  it.each<[forgets: string, change: Change, values: Partial<Token>]>([
    ['the token that was revoked', new TokenRevoked(knownToken().token), { id: 'one' }],
    ['every token of a user who changed', new UserMoved(), { userId: USER }],
    ['every token of an account that is gone', new AccountClosed(), { accountId: ACCOUNT }],
  ])('forgets %s, and no other', async (_what, change, values) => {
    const other = knownToken({ id: 'other', userId: USER + 1, accountId: 'b'.repeat(32) });
    remember('key', knownToken(values));
    remember('second key', knownToken(values));
    remember('other', other);
    await events.deliver([change]);
    expect([cache.get('key'), cache.get('second key'), cache.get('other')]).toEqual([undefined, undefined, other]);
  });

  it('shares one read among simultaneous requests for the same key', async () => {
    let reads = 0;
    const read = async (): Promise<KnownToken> => {
      reads += 1;
      await Promise.resolve();
      return knownToken();
    };
    const found = await Promise.all([cache.read('key', read), cache.read('key', read), cache.read('key', read)]);
    expect([reads, new Set(found).size]).toEqual([1, 1]);
    await cache.read('key', read);
    expect(reads).toBe(2);
  });

  it('does not share a read that began before a token was issued, because it may have found nothing', async () => {
    const early = cache.read('key', () => new Promise<null>(() => undefined));
    await events.deliver([new TokenIssued(knownToken().token)]);
    const known = knownToken();
    expect(cache.read('key', () => known)).toBe(known);
    expect(early).toBeInstanceOf(Promise);
  });

  it('stores what a read found although a token was issued in between', async () => {
    const [since, known] = [cache.generation(), knownToken()];
    await events.deliver([new TokenIssued(knownToken({ id: 'two' }).token)]);
    cache.store('key', known, since);
    expect(cache.get('key')).toBe(known);
  });

  it('does not store what a read found if anything was revoked in between', async () => {
    const since = cache.generation();
    await events.deliver([new TokenRevoked(knownToken({ id: 'two' }).token)]);
    cache.store('key', knownToken(), since);
    expect(cache.get('key')).toBeUndefined();
  });

  it('evicts everything when changes may have been missed', () => {
    const since = cache.generation();
    remember('key', knownToken());
    events.resync();
    cache.store('late', knownToken(), since);
    expect([cache.get('key'), cache.get('late')]).toEqual([undefined, undefined]);
  });

  it('returns nothing, shares no read and stores nothing while its instance receives no changes', () => {
    remember('key', knownToken());
    relay.current = false;
    expect(cache.get('key')).toBeUndefined();
    expect(cache.generation()).toBeUndefined();
    void cache.read('key', () => new Promise<null>(() => undefined));
    expect(cache.read('key', () => null)).toBeNull();
  });

  it('stores nothing once it has stopped listening', () => {
    remember('key', knownToken());
    cache.onModuleDestroy();
    remember('late', knownToken());
    expect([cache.get('key'), cache.get('late')]).toEqual([undefined, undefined]);
  });

  it('has a limited number of entries, and evicts the least recently used one', () => {
    cache = new CredentialCache({ credentialCache: { entries: 2, seconds: 60 } }, relay, events);
    for (const key of ['one', 'two']) remember(key, knownToken());
    cache.get('one');
    remember('three', knownToken());
    expect(['one', 'two', 'three'].map((key) => cache.get(key) !== undefined)).toEqual([true, false, true]);
  });

  it('stores nothing with a limit of 0', () => {
    cache = new CredentialCache({ credentialCache: { entries: 0, seconds: 60 } }, relay, events);
    remember('key', knownToken());
    expect(cache.get('key')).toBeUndefined();
  });
});
