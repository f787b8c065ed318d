/** The limits on failed logins: which failures are counted together, in memory. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Clock, HashingService, LocalFailureCounters, type DomainError } from '../../core/index.js';
import { defaultsOf } from '../../settings/index.js';
import { LOGIN_THROTTLE_SETTINGS } from '../identity.settings.js';
import { GuessThrottle, type Attempt } from './guess-throttle.js';
import { LoginThrottle } from './login-throttle.js';

const PER_ACCOUNT = 5;
const IN_TOTAL = 30;
const PER_ADDRESS = 20;
const FACTOR = 3;
const WINDOW_SECONDS = 100;

const VICTIM = 'victim@example.com';

/** No network was cleared. */
const NONE = { times: () => ({}) };

class SetClock extends Clock {
  time = 1_900_000_000_000;

  now(): Date {
    return new Date(this.time);
  }
}

/** Addresses, each in a /24 of its own. */
const apart = (index: number): string => `198.${String(index >> 8)}.${String(index & 255)}.7`;
/** Addresses of one /24. */
const near = (index: number): string => `192.0.2.${String(index)}`;
const mail = (index: number): string => `person-${String(index)}@example.com`;

describe('the limits on failed logins', () => {
  let clock: SetClock;
  let throttle: LoginThrottle;
  let hashing: HashingService;
  const options = {
    loginThrottle: {
      ...defaultsOf(LOGIN_THROTTLE_SETTINGS),
      failuresPerAccount: PER_ACCOUNT,
      failuresPerAccountInTotal: IN_TOTAL,
      failuresPerAddress: PER_ADDRESS,
      wideNetworkFactor: FACTOR,
      windowSeconds: WINDOW_SECONDS,
    },
  };

  beforeEach(() => {
    clock = new SetClock();
    hashing = new HashingService({ bcryptCost: 4 });
    throttle = new LoginThrottle(
      options,
      new GuessThrottle(options, new LocalFailureCounters(clock, 10_000), hashing),
      NONE,
    );
  });

  const begin = (address: string | null, key: string, isKnownNetwork = false, generation = ''): Promise<Attempt> =>
    throttle.login({ address }, { key, generation, isKnownNetwork });

  /** The refusal of an attempt, if it is refused; otherwise it counts as failed. */
  const refusal = async (...attempt: Parameters<typeof begin>): Promise<DomainError | undefined> => {
    try {
      (await begin(...attempt)).failed();
      return undefined;
    } catch (error) {
      return error as DomainError;
    }
  };

  /** How many of these attempts are allowed. */
  const admitted = async (tries: number, attempt: (index: number) => Parameters<typeof begin>): Promise<number> => {
    let count = 0;
    for (let index = 0; index < tries; index += 1) if (!(await refusal(...attempt(index)))) count += 1;
    return count;
  };

  describe('for one account', () => {
    it('are lowest for one network, which when it reaches them locks out no other', async () => {
      expect(await admitted(50, () => ['192.0.2.9', VICTIM])).toBe(PER_ACCOUNT);
      expect(await refusal('198.51.100.1', VICTIM)).toBeUndefined();
      expect(await refusal('192.0.2.1', VICTIM)).toBeUndefined();
      expect(await refusal('192.0.2.1', VICTIM, true)).toBeUndefined();
    });

    it('are higher for a wide network, and highest in total', async () => {
      expect(await admitted(50, (index) => [near(index), VICTIM])).toBe(PER_ACCOUNT * FACTOR);
      expect(await admitted(50, (index) => [apart(index), VICTIM])).toBe(IN_TOTAL - PER_ACCOUNT * FACTOR);
    });

    it('are separate for a known network, which nobody else uses up', async () => {
      expect(await admitted(200, (index) => [apart(index), VICTIM])).toBe(IN_TOTAL);
      expect(await refusal('203.0.113.1', VICTIM)).toMatchObject({ code: 'throttled' });
      expect(await admitted(50, () => ['203.0.113.1', VICTIM, true])).toBe(PER_ACCOUNT);
      expect(await admitted(50, () => ['203.0.113.2', VICTIM, true])).toBe(PER_ACCOUNT);
    });

    it('start again in another generation', async () => {
      await admitted(200, (index) => [apart(index), VICTIM]);
      expect(await refusal(apart(0), VICTIM, false, 'cleared')).toBeUndefined();
      expect(await admitted(50, () => [apart(1), VICTIM, false, 'cleared'])).toBe(PER_ACCOUNT);
    });

    it('are reset for its own network after a success, and for no other', async () => {
      for (let round = 0; round < 10; round += 1) {
        for (let count = 1; count < PER_ACCOUNT; count += 1) await refusal('203.0.113.1', VICTIM, true);
        await (await begin('203.0.113.1', VICTIM, true)).succeeded();
      }
      await admitted(IN_TOTAL, (index) => [apart(index), VICTIM]);
      await (await begin('203.0.113.1', VICTIM, true)).succeeded();
      expect(await refusal('203.0.113.9', VICTIM)).toMatchObject({ code: 'throttled' });
    });
  });

  describe('from one network', () => {
    it('apply to all accounts together, and do not affect the next network', async () => {
      expect(await admitted(50, (index) => ['192.0.2.1', mail(index)])).toBe(PER_ADDRESS);
      expect(await refusal('192.0.2.2', mail(999))).toBeUndefined();
    });

    it('are higher for a wide one: a /24, or a /48', async () => {
      expect(await admitted(200, (index) => [near(index), mail(index)])).toBe(PER_ADDRESS * FACTOR);
      expect(await refusal('192.0.3.1', mail(999))).toBeUndefined();
      const within48 = (index: number): string => `2001:db8:7:${index.toString(16)}::1`;
      expect(await admitted(200, (index) => [within48(index), mail(index)])).toBe(PER_ADDRESS * FACTOR);
      expect(await refusal('2001:db8:8::1', mail(999))).toBeUndefined();
    });

    it('count a /64 as one, and an IPv4 address in its IPv6 form too', async () => {
      const within64 = (index: number): string => `2001:db8::${index.toString(16)}`;
      expect(await admitted(60, (index) => [within64(index), mail(index)])).toBe(PER_ADDRESS);
      const both = (index: number): string => (index % 2 === 0 ? '192.0.2.1' : '::ffff:192.0.2.1');
      expect(await admitted(60, (index) => [both(index), mail(index)])).toBe(PER_ADDRESS);
    });

    it('count callers without an address together', async () => {
      expect(await admitted(60, (index) => [null, mail(index)])).toBe(PER_ADDRESS);
    });

    it('do not lock out accounts for which it is known: behind a proxy, all callers have one address', async () => {
      await admitted(50, (index) => ['10.0.0.1', mail(index)]);
      expect(await refusal('10.0.0.1', mail(999))).toMatchObject({ code: 'throttled' });
      expect(await refusal('10.0.0.1', VICTIM, true)).toBeUndefined();
    });

    it('are not reset when somebody there logs in to their own account', async () => {
      let guesses = 0;
      for (let round = 0; round < 100; round += 1) {
        if (!(await refusal('192.0.2.1', mail(round)))) guesses += 1;
        await (await begin('192.0.2.1', 'mine@example.com', true)).succeeded();
      }
      expect(guesses).toBe(PER_ADDRESS);
    });
  });

  it('expire evenly, which refused attempts do not delay', async () => {
    await admitted(PER_ACCOUNT, () => ['192.0.2.9', VICTIM]);
    for (let index = 0; index < 500; index += 1) await refusal('192.0.2.9', VICTIM);
    const stepSeconds = WINDOW_SECONDS / PER_ACCOUNT;
    expect(await refusal('192.0.2.9', VICTIM)).toMatchObject({
      message: `Too many failed logins; try again in ${String(stepSeconds)} seconds`,
      retryAfterSeconds: stepSeconds,
    });
    clock.time += stepSeconds * 1000 - 1;
    expect(await refusal('192.0.2.9', VICTIM)).toMatchObject({ retryAfterSeconds: 1 });
    clock.time += 1;
    expect(await refusal('192.0.2.9', VICTIM)).toBeUndefined();
    expect(await refusal('192.0.2.9', VICTIM)).toMatchObject({ code: 'throttled' });
  });

  it('do not count attempts that could not be checked', async () => {
    for (let count = 0; count < 100; count += 1) await (await begin('192.0.2.9', VICTIM)).cancelled();
    expect(await admitted(50, () => ['192.0.2.9', VICTIM])).toBe(PER_ACCOUNT);
  });

  it('are not displaced by a flood of attempts for other accounts, whether cancelled or refused', async () => {
    const few = new LocalFailureCounters(clock, 1000);
    throttle = new LoginThrottle(options, new GuessThrottle(options, few, hashing), NONE);
    await admitted(50, () => ['192.0.2.9', VICTIM]);
    for (let index = 0; index < 3000; index += 1) await (await begin('198.51.100.1', mail(index))).cancelled();
    expect(few.size).toBeLessThan(10);
    expect(await admitted(3000, (index) => ['198.51.100.1', mail(index)])).toBe(PER_ADDRESS);
    expect(await refusal('192.0.2.9', VICTIM)).toMatchObject({ code: 'throttled' });
  });

  it('are separate for the user’s own change of password', async () => {
    const account = { key: 'user 1001', generation: '', isKnownNetwork: false };
    const actor = {
      kind: 'user',
      userId: 1001,
      userName: 'Her',
      tokenId: 't',
      admin: false,
      address: '192.0.2.1',
    } as const;
    await admitted(200, (index) => [apart(index), 'user 1001']);
    await admitted(50, (index) => ['192.0.2.1', mail(index)]);
    for (let count = 0; count < PER_ACCOUNT; count += 1) (await throttle.change(actor, account)).failed();
    await expect(throttle.change(actor, account)).rejects.toThrow(
      /^Too many wrong passwords; try again in \d+ seconds$/,
    );
  });

  it('for tokens are separate from those for passwords', async () => {
    let refused = 0;
    for (let count = 0; count < PER_ADDRESS; count += 1) await throttle.tokenRefused({ address: '192.0.2.1' });
    await throttle.tokenRefused({ address: '192.0.2.1' }).catch(() => (refused += 1));
    expect(refused).toBe(1);
    expect(await refusal('192.0.2.1', VICTIM)).toBeUndefined();
  });

  describe('that come at the same time', () => {
    const together = (count: number): Promise<Attempt>[] =>
      Array.from({ length: count }, () => begin('192.0.2.9', VICTIM));

    it('wait for those under way, and go on when these succeed or are cancelled', async () => {
      const ends: ((attempt: Attempt) => Promise<void>)[] = [(it) => it.succeeded(), (it) => it.cancelled()];
      for (const end of ends) {
        await Promise.all(together(60).map(async (attempt) => end(await attempt)));
      }
      expect(await admitted(50, () => ['192.0.2.9', VICTIM])).toBe(PER_ACCOUNT);
    });

    it('are refused when those under way have failed', async () => {
      const outcomes = await Promise.allSettled(
        together(20).map(async (attempt) => {
          (await attempt).failed();
        }),
      );
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(PER_ACCOUNT);
    });

    it('are turned away when too many wait', async () => {
      const attempts = together(PER_ACCOUNT + hashing.maxWaiting + 1);
      await expect(attempts.at(-1)).rejects.toMatchObject({ code: 'unavailable' });
      await Promise.all(attempts.slice(0, -1).map(async (attempt) => (await attempt).succeeded()));
    });
  });
});
