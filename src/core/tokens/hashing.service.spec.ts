import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import bcrypt from 'bcrypt';
import { DomainError } from '../errors.js';
import { HashingService } from './hashing.service.js';
import { PASSWORD_MAX_BYTES } from '../text-rules.js';
import { Secret } from './secret.js';

async function started(bcryptCost: number): Promise<HashingService> {
  const hashing = new HashingService({ bcryptCost });
  await hashing.onModuleInit();
  return hashing;
}

const TURN = { purpose: 'login', caller: ['192.0.2.1'] } as const;

describe('machine-made secrets', () => {
  const hashing = new HashingService({ bcryptCost: 4 });

  it('are 43 base64url characters, 32 bytes, and never the same twice', () => {
    const secrets = Array.from({ length: 200 }, () => hashing.newSecret().reveal());
    expect(new Set(secrets).size).toBe(secrets.length);
    for (const secret of secrets) {
      expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
      expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
    }
  });

  it('are stored as SHA-256 in lower-case hex', () => {
    expect(hashing.digest(new Secret('abc'))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  it('are compared as a whole: neither a prefix nor a longer text is equal', () => {
    const digest = hashing.digest(new Secret('abc'));
    expect(hashing.sameDigest(digest, digest)).toBe(true);
    expect(hashing.sameDigest(digest, digest.slice(0, -1))).toBe(false);
    expect(hashing.sameDigest(digest, `${digest}0`)).toBe(false);
    expect(hashing.sameDigest(digest, hashing.digest(new Secret('abd')))).toBe(false);
  });
});

describe('passwords', () => {
  let hashing: HashingService;

  beforeAll(async () => {
    hashing = await started(4);
  });

  it('are hashed with bcrypt at the configured cost, and only the right one matches', async () => {
    const hash = await hashing.hashPassword(new Secret('correct horse'));
    expect(hash).toHaveLength(60);
    expect(bcrypt.getRounds(hash)).toBe(4);
    expect(await hashing.verifyPassword(hash, new Secret('correct horse'))).toBe(true);
    expect(await hashing.verifyPassword(hash, new Secret('correct horsf'))).toBe(false);
    expect(await hashing.verifyPassword(hash, new Secret(''))).toBe(false);
  });

  it.each([
    ['72 bytes of one-byte characters', 'x'.repeat(PASSWORD_MAX_BYTES)],
    ['72 bytes of two-byte characters', 'é'.repeat(36)],
  ])('of %s are taken whole', async (_name, text) => {
    const hash = await hashing.hashPassword(new Secret(text));
    expect(await hashing.verifyPassword(hash, new Secret(text))).toBe(true);
    expect(await hashing.verifyPassword(hash, new Secret(`${text.slice(0, -1)}y`))).toBe(false);
  });

  it.each([
    ['longer than 72 bytes', 'x'.repeat(PASSWORD_MAX_BYTES + 1)],
    ['longer than 72 bytes in UTF-8 alone', 'é'.repeat(37)],
    ['with a NUL', 'before\0after'],
    ['with half a surrogate pair', 'broken \ud800'],
  ])('%s are refused, not cut off', async (_name, text) => {
    const refusal = await hashing.hashPassword(new Secret(text)).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(DomainError);
    expect(refusal).toMatchObject({ code: 'invalid_value' });
    expect((refusal as Error).message).not.toContain(text);
  });

  it.each([
    ['what bcrypt would cut at 72 bytes', 'x'.repeat(72), 'x'.repeat(73)],
    ['what bcrypt would cut at NUL', 'before', 'before\0after'],
  ])('never match %s', async (_name, stored, presented) => {
    const hash = await hashing.hashPassword(new Secret(stored));
    expect(await hashing.verifyPassword(hash, new Secret(presented))).toBe(false);
  });

  it('match nothing without a hash', async () => {
    expect(await hashing.verifyPassword(null, new Secret(''))).toBe(false);
    expect(await hashing.verifyPassword(undefined, new Secret('anything'))).toBe(false);
  });

  it('hashed at a lower cost take the work of the current cost to compare, whether or not they match', async () => {
    const cheap = await hashing.hashPassword(new Secret('a password'));
    const dear = await started(7);
    const hash = jest.spyOn(bcrypt, 'hash');
    for (const presented of ['a password', 'another']) {
      hash.mockClear();
      expect(await dear.verifyPassword(cheap, new Secret(presented))).toBe(presented === 'a password');
      // 2^4 for the comparison itself: together with these, 2^7.
      expect(hash.mock.calls.map(([, cost]) => cost)).toEqual([4, 5, 6]);
    }
    hash.mockClear();
    expect(await hashing.verifyPassword(cheap, new Secret('another'))).toBe(false);
    expect(hash).not.toHaveBeenCalled();
    hash.mockRestore();
  });

  it.each([
    ['composed characters', 'caf\u00e9 \u00fc\u0323', 'cafe\u0301 u\u0323\u0308'],
    ['spaces of other widths', 'no\u00a0break\u2003em\u3000wide', 'no break em wide'],
    ['Hangul syllables', '\ud55c\uae00', '\u1112\u1161\u11ab\u1100\u1173\u11af'],
  ])('match however the keyboard writes %s', async (_kind, one, other) => {
    for (const [set, presented] of [
      [one, other],
      [other, one],
    ] as const) {
      const hash = await hashing.hashPassword(new Secret(set));
      expect(await hashing.checkPassword(hash, new Secret(presented), TURN)).toBe('right');
      expect(await hashing.checkPassword(hash, new Secret(set), TURN)).toBe('right');
      expect(await hashing.checkPassword(hash, new Secret(`${presented}!`), TURN)).toBe('wrong');
    }
  });

  it('keep case, width and order of characters: only equivalent texts match', async () => {
    const hash = await hashing.hashPassword(new Secret('Passw\u00f6rd A'));
    for (const other of ['passw\u00f6rd A', 'Passw\u00f6rd \uff21', 'Passwo\u0308rd  A', ' Passw\u00f6rd A']) {
      expect(await hashing.checkPassword(hash, new Secret(other), TURN)).toBe('wrong');
    }
  });

  it('match hashes of unprepared passwords, which are outdated', async () => {
    const typed = 'cafe\u0301 au\u00a0lait';
    const before = await bcrypt.hash(typed, 4);
    expect(await hashing.checkPassword(before, new Secret(typed), TURN)).toBe('outdated');
    expect(await hashing.checkPassword(before, new Secret('cafe\u0301'), TURN)).toBe('wrong');
  });

  it('need as many comparisons for an unknown user as for a known one', async () => {
    const hash = await hashing.hashPassword(new Secret('caf\u00e9'));
    const compare = jest.spyOn(bcrypt, 'compare');
    const comparisons = async (stored: string | null, text: string): Promise<number> => {
      compare.mockClear();
      await hashing.checkPassword(stored, new Secret(text), TURN);
      return compare.mock.calls.length;
    };
    for (const text of [
      'cafe',
      'cafe\u0301',
      'caf\u00e9',
      'x'.repeat(100),
      '\u00e9'.repeat(40),
      'e\u0301'.repeat(40),
    ]) {
      expect(await comparisons(null, text)).toBe(await comparisons(hash, text));
    }
    compare.mockRestore();
  });

  it('are outdated when hashed at any other cost', async () => {
    const hash = await hashing.hashPassword(new Secret('a password'));
    expect(hashing.isOutdated(hash)).toBe(false);
    expect(new HashingService({ bcryptCost: 5 }).isOutdated(hash)).toBe(true);
  });
});

describe('the load of hashing', () => {
  it('leaves the event loop free while eight passwords are hashed', async () => {
    const hashing = new HashingService({ bcryptCost: 11 });
    const load = { running: true };
    const hashes = Promise.all(
      Array.from({ length: 8 }, (_, index) => hashing.hashPassword(new Secret(`password ${String(index)}`))),
    ).finally(() => (load.running = false));
    let turns = 0;
    while (load.running) {
      await delay(1);
      turns += 1;
    }
    await hashes;
    // Hashing on the loop itself would leave about one turn for each password; there are hundreds.
    expect(turns).toBeGreaterThan(4 * 8);
  });

  it('is bounded: what does not fit into the queue is rejected as unavailable, and the rest is done', async () => {
    const hashing = await started(6);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 100 }, () => hashing.verifyPassword(null, new Secret('x'), TURN)),
    );
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused).toHaveLength(100 - 2 - 64);
    for (const { reason } of refused) {
      expect(reason).toBeInstanceOf(DomainError);
      expect(reason).toMatchObject({ code: 'unavailable', retryAfterSeconds: expect.any(Number) });
    }
    await expect(hashing.verifyPassword(null, new Secret('x'))).resolves.toBe(false);
  });
});
