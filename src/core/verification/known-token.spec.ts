import { describe, expect, it } from '@jest/globals';
import type { DirectoryUser, Token } from '../index.js';
import { KnownToken } from './known-token.js';

const [CURRENT, PREVIOUS, OTHER] = ['a', 'b', 'c'].map((character) => character.repeat(64)) as [string, string, string];
const NOW = Date.parse('2030-01-02T03:04:05.678Z');
const ANNA: DirectoryUser = { id: 7, email: 'anna@example.com', name: 'Anna', admin: false, status: 'active' };

function knownToken(values: Partial<Token> = {}, owner: DirectoryUser | null | undefined = null): KnownToken {
  const times = { expiresAt: null, previousSecretExpiresAt: new Date(NOW), lastSeenAt: null, previousLastSeenAt: null };
  const token = { id: 'token', enabled: true, ...times, ...values } as Token;
  return new KnownToken({ token, digest: CURRENT, previousDigest: PREVIOUS }, owner);
}

describe('KnownToken', () => {
  it('accepts its current secret, and says which one matched', () => {
    expect(knownToken({}, ANNA).judge(CURRENT, NOW)).toMatchObject({
      status: 'valid',
      owner: ANNA,
      matched: 'current',
    });
  });

  it('says which scopes it holds: none without scopes', () => {
    expect(knownToken({ scopes: ['a', 'b'] }).judge(CURRENT, NOW)).toMatchObject({ scopes: ['a', 'b'] });
    expect(knownToken({ scopes: null }).judge(PREVIOUS, NOW - 1)).toMatchObject({ scopes: [] });
  });

  it('accepts its previous secret until the millisecond at which the overlap ends', () => {
    expect(knownToken().judge(PREVIOUS, NOW - 1)).toMatchObject({ status: 'valid', matched: 'previous' });
    expect(knownToken().judge(PREVIOUS, NOW).status).toBe('wrong_secret');
  });

  it('is expired from the very millisecond of its expiry on', () => {
    const known = knownToken({ expiresAt: new Date(NOW) });
    expect([NOW - 1, NOW, NOW + 1].map((now) => known.judge(CURRENT, now).status)).toEqual([
      'valid',
      'expired',
      'expired',
    ]);
  });

  it.each<[status: string, values: Partial<Token>, owner: DirectoryUser | null | undefined]>([
    ['disabled', { enabled: false }, ANNA],
    ['owner_gone', {}, undefined],
    ['owner_blocked', {}, { ...ANNA, status: 'blocked' }],
    ['owner_unapproved', {}, { ...ANNA, status: 'unapproved' }],
  ])('says %s only to callers with the right secret', (status, values, owner) => {
    const known = new KnownToken(
      { token: { ...knownToken(values).token }, digest: CURRENT, previousDigest: null },
      owner,
    );
    expect(known.judge(CURRENT, NOW).status).toBe(status);
    expect(known.judge(OTHER, NOW).status).toBe('wrong_secret');
  });

  it('matches nothing when it has no secret', () => {
    const known = new KnownToken({ token: { ...knownToken().token }, digest: null, previousDigest: null }, null);
    for (const digest of [CURRENT, PREVIOUS, '', '0'.repeat(64)]) {
      expect(known.judge(digest, NOW).status).toBe('wrong_secret');
    }
  });
});
