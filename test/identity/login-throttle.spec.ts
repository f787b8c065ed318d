import { beforeEach, describe, expect, it } from '@jest/globals';
import { HashingService, type DomainError } from '../../src/core/index.js';
import { PASSWORD_LIMIT_SETTINGS } from '../../src/core/core.settings.js';
import { defaultsOf } from '../../src/settings/index.js';
import { LoginThrottle } from '../../src/identity/index.js';
import { onBothEngines } from '../support/engines.js';
import { send } from '../support/http.js';
import { TestClock } from '../support/test-clock.js';
import { ADMIN, startServer } from '../support/test-server.js';

const PER_ACCOUNT = 5;
const PER_ADDRESS = 20;
const WINDOW_SECONDS = 100;

describe('the login throttle', () => {
  let clock: TestClock;
  let throttle: LoginThrottle;
  const hashing = new HashingService({ bcryptCost: 4 });

  beforeEach(() => {
    clock = new TestClock();
    clock.freeze(new Date('2030-01-01T00:00:00Z'));
    const limits = { failuresPerAccount: PER_ACCOUNT, failuresPerAddress: PER_ADDRESS, windowSeconds: WINDOW_SECONDS };
    throttle = new LoginThrottle(
      { loginThrottle: limits, passwords: defaultsOf(PASSWORD_LIMIT_SETTINGS) },
      clock,
      hashing,
    );
  });

  /** The refusal of an attempt, if it is refused; otherwise it counts as failed. */
  const refusal = (address: string | null, email: string): DomainError | undefined => {
    try {
      throttle.begin({ address }, email);
      return undefined;
    } catch (error) {
      return error as DomainError;
    }
  };

  const admitted = (tries: number, address: (index: number) => string, email: (index: number) => string): number =>
    Array.from({ length: tries }, (_, index) => refusal(address(index), email(index))).filter((error) => !error).length;

  const host = (index: number): string => `198.51.${String(index >> 8)}.${String(index & 255)}`;
  const mail = (index: number): string => `person-${String(index)}@example.com`;

  it('admits so many failures for one account, from whatever addresses', () => {
    expect(admitted(50, host, () => 'one@example.com')).toBe(PER_ACCOUNT);
  });

  it('admits so many failures from one address, for whatever accounts', () => {
    expect(admitted(50, () => '192.0.2.1', mail)).toBe(PER_ADDRESS);
    expect(refusal('192.0.2.2', mail(999))).toBeUndefined();
  });

  it('counts an account as one however its e-mail address is written', () => {
    const spellings = ['one@example.com', 'ONE@EXAMPLE.COM', 'One@Example.Com'];
    expect(admitted(50, host, (index) => spellings[index % 3] ?? '')).toBe(PER_ACCOUNT);
  });

  it('counts all of an IPv6 /64 as one address, however it is written, and the next /64 as another', () => {
    const within = (index: number): string =>
      [
        `2001:db8:0:7::${String(index)}`,
        `2001:db8:0:7:ffff:0:0:${String(index)}`,
        `2001:db8::7:0:0:0:${String(index)}`,
      ][index % 3] ?? '';
    expect(admitted(60, within, mail)).toBe(PER_ADDRESS);
    expect(refusal('2001:db8:0:8::1', mail(999))).toBeUndefined();
  });

  it('counts one IPv6 /64 as one address in upper case, with leading zeros and with a zone too', () => {
    const within = (index: number): string =>
      ['2001:db8:0:a::1', '2001:DB8:0:A::2', '2001:0db8:0000:000a::3', '2001:db8:0:a::4%eth0'][index % 4] ?? '';
    expect(admitted(60, within, mail)).toBe(PER_ADDRESS);
  });

  it('counts an IPv4 address as one in its IPv6 form too', () => {
    const both = (index: number): string => (index % 2 === 0 ? '192.0.2.1' : '::ffff:192.0.2.1');
    expect(admitted(60, both, mail)).toBe(PER_ADDRESS);
    expect(refusal('::ffff:192.0.2.2', mail(999))).toBeUndefined();
  });

  it('counts callers without an address together', () => {
    const tries = Array.from({ length: 60 }, (_, index) => refusal(null, mail(index)));
    expect(tries.filter((error) => !error)).toHaveLength(PER_ADDRESS);
  });

  it('refuses with the whole seconds to wait, and admits one attempt when they have passed, not before', () => {
    admitted(PER_ACCOUNT, host, () => 'one@example.com');
    const error = refusal(host(99), 'one@example.com');
    expect(error).toMatchObject({ code: 'throttled', retryAfterSeconds: WINDOW_SECONDS / PER_ACCOUNT });
    clock.advance((WINDOW_SECONDS / PER_ACCOUNT) * 1000 - 1);
    expect(refusal(host(99), 'one@example.com')).toMatchObject({ code: 'throttled', retryAfterSeconds: 1 });
    clock.advance(1);
    expect(refusal(host(99), 'one@example.com')).toBeUndefined();
    expect(refusal(host(99), 'one@example.com')).toMatchObject({ code: 'throttled' });
  });

  it('forgets all failures after a whole window', () => {
    admitted(PER_ACCOUNT, host, () => 'one@example.com');
    clock.advance(WINDOW_SECONDS * 1000);
    expect(admitted(50, host, () => 'one@example.com')).toBe(PER_ACCOUNT);
  });

  it('is not lengthened by attempts that it refuses', () => {
    admitted(PER_ACCOUNT, host, () => 'one@example.com');
    for (let index = 0; index < 1000; index += 1) refusal(host(index), 'one@example.com');
    clock.advance((WINDOW_SECONDS / PER_ACCOUNT) * 1000);
    expect(refusal('203.0.113.1', 'one@example.com')).toBeUndefined();
  });

  it('holds when the clock goes backwards', () => {
    admitted(PER_ACCOUNT, host, () => 'one@example.com');
    clock.advance(-3_600_000);
    expect(refusal(host(99), 'one@example.com')).toMatchObject({ code: 'throttled' });
  });

  it('clears the account at a success, and gives the address its attempt back, but not its failures', () => {
    for (let round = 0; round < PER_ACCOUNT - 1; round += 1)
      throttle.begin({ address: '192.0.2.1' }, 'one@example.com');
    throttle.begin({ address: '192.0.2.1' }, 'one@example.com').succeeded();
    expect(
      admitted(
        50,
        (index) => host(index),
        () => 'one@example.com',
      ),
    ).toBe(PER_ACCOUNT);
    expect(admitted(50, () => '192.0.2.1', mail)).toBe(PER_ADDRESS - (PER_ACCOUNT - 1));
  });

  it('lets one who knows his own password not guess at others for ever', () => {
    let guesses = 0;
    for (let round = 0; round < 200; round += 1) {
      if (!refusal('192.0.2.1', mail(round))) guesses += 1;
      try {
        throttle.begin({ address: '192.0.2.1' }, 'mine@example.com').succeeded();
      } catch {
        // Refused as well by now.
      }
    }
    expect(guesses).toBeLessThanOrEqual(PER_ADDRESS);
  });

  it('remembers a bounded number of accounts: the one unseen for longest is forgotten', () => {
    const network = (index: number): string =>
      `2001:db8:${(index >> 16).toString(16)}:${(index & 65535).toString(16)}::1`;
    admitted(PER_ACCOUNT, host, () => 'one@example.com');
    expect(refusal('192.0.2.1', 'one@example.com')).toMatchObject({ code: 'throttled' });
    for (let index = 0; index < 50_000; index += 1) throttle.begin({ address: network(index) }, mail(index));
    expect(refusal('192.0.2.1', 'one@example.com')).toBeUndefined();
  });
});

onBothEngines('logins at the same time', (engine) => {
  it('cannot exceed the limit: exactly so many are tried, the others are asked to wait', async () => {
    const server = await startServer(engine, { LOGIN_FAILURES_PER_ACCOUNT: '7', LOGIN_FAILURES_PER_ADDRESS: '1000' });
    const login = (password: string): ReturnType<typeof send> =>
      send(server.baseUrl, 'POST', '/api/v1/users/login', { body: JSON.stringify({ email: ADMIN.email, password }) });
    const replies = await Promise.all(Array.from({ length: 30 }, (_, index) => login(`guess ${String(index)}`)));
    const statuses = replies.map(({ status }) => status).sort();
    expect(statuses).toEqual([...Array.from({ length: 7 }, () => 401), ...Array.from({ length: 23 }, () => 429)]);
    for (const { status, headers } of replies) {
      if (status === 429) expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1);
    }
    expect((await login(ADMIN.password)).status).toBe(429);
    server.clock.advance(900_000);
    expect((await login(ADMIN.password)).status).toBe(200);
  });
});
