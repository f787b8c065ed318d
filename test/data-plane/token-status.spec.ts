import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { send } from '../support/http.js';
import { canvus, severalAccountsSuite, ok, pair, privately, tokenPath, type Headers } from './support.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Not on a whole second. */
const START = Date.parse('2026-07-01T00:00:00.123Z');

/** A credential that is accepted, and how it ends. */
interface Subject {
  readonly headers: Headers;
  readonly end: () => Promise<unknown>;
}

severalAccountsSuite('an accepted credential', ({ cf, status, login }) => {
  afterEach(() => {
    cf.server.clock.reset();
  });

  const at = (time: number): void => {
    cf.server.clock.freeze(new Date(time));
  };

  const deleteAccount = (account: string): Promise<unknown> => cf.admin.delete(`/accounts/${account}`).then(ok);
  const userCall = (method: string, path: string, body?: unknown): Promise<unknown> =>
    canvus(cf.server, method, path, body);

  /** A service token, and one of the ways to end it. */
  const service = async (end: (account: string, path: string) => Promise<unknown>): Promise<Subject> => {
    const account = await cf.account();
    const token = await cf.token(account);
    return { headers: pair(token), end: () => end(account, tokenPath(account, token.id)) };
  };

  const put = (path: string, body: unknown): Promise<unknown> => cf.admin.put(path, body).then(ok);

  const SERVICE_ENDS: Record<string, (account: string, path: string) => Promise<unknown>> = {
    disabled: (_, path) => put(path, { enabled: false }),
    rotated: (_, path) => cf.admin.post(`${path}/rotate`).then(ok),
    'rotated by PUT': (_, path) => put(path, { client_secret_version: 2 }),
    'rotated twice, with overlaps': async (_, path) => {
      const overlap = { previous_client_secret_expires_at: new Date(Date.now() + DAY).toISOString() };
      ok(await cf.admin.post(`${path}/rotate`, overlap));
      ok(await cf.admin.post(`${path}/rotate`, overlap));
    },
    'overlap cut short': async (_, path) => {
      const until = (time: number) => ({ previous_client_secret_expires_at: new Date(time).toISOString() });
      ok(await cf.admin.post(`${path}/rotate`, until(Date.now() + DAY)));
      await put(path, until(Date.now() - 1));
    },
    expired: (_, path) => put(path, { duration: '1ns' }),
    revoked: (_, path) => cf.admin.delete(path).then(ok),
    'account deleted': deleteAccount,
  };

  const USER_ENDS: Record<string, (path: string, key: string) => Promise<unknown>> = {
    'owner blocked': (path) => userCall('POST', `${path}/block`),
    'owner deleted': (path) => userCall('DELETE', path),
    revoked: (_, key) => send(cf.server.baseUrl, 'POST', '/oauth2/revoke', revocationOf(key)),
  };

  const SUBJECTS: Record<string, () => Promise<Subject>> = {
    ...Object.fromEntries(Object.entries(SERVICE_ENDS).map(([name, end]) => [`service: ${name}`, () => service(end)])),
    ...Object.fromEntries(
      Object.entries(USER_ENDS).flatMap(([name, end]) =>
        (['personal', 'session'] as const).map((kind) => [
          `${kind}: ${name}`,
          async (): Promise<Subject> => {
            const person = await cf.person();
            const token = kind === 'personal' ? person.key : await login(person);
            return { headers: privately(token), end: () => end(`/users/${String(person.userId)}`, token) };
          },
        ]),
      ),
    ),
    'session: logged out': async () => {
      const token = await login(await cf.person());
      const logout = (): Promise<unknown> =>
        send(cf.server.baseUrl, 'POST', '/api/v1/users/logout', { headers: privately(token) });
      return { headers: privately(token), end: logout };
    },
    'session: the password was changed': async () => {
      const person = await cf.person();
      const path = `/users/${String(person.userId)}/password`;
      return {
        headers: privately(await login(person)),
        end: () => userCall('POST', path, { new_password: 'another one' }),
      };
    },
    'session: created with a token that was revoked': async () => {
      const { key } = await cf.person();
      const born = (await canvus(cf.server, 'POST', '/users/login', { token: key })) as { token: string };
      return {
        headers: privately(born.token),
        end: () => send(cf.server.baseUrl, 'POST', '/oauth2/revoke', revocationOf(key)),
      };
    },
  };

  /** Called by the holder. */
  const revocationOf = (token: string) => ({
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/x-www-form-urlencoded' },
    body: `token=${token}`,
  });

  describe.each(Object.keys(SUBJECTS))('%s', (name) => {
    const make = async (): Promise<Subject> =>
      (await SUBJECTS[name]?.()) ?? { headers: {}, end: () => Promise.resolve() };

    it('is refused once that is answered, whether or not it was cached', async () => {
      for (const isWarm of [true, false]) {
        const { headers, end } = await make();
        if (isWarm) for (let count = 0; count < 2; count += 1) expect(await status(headers)).toBe(200);
        await end();
        for (let count = 0; count < 3; count += 1) expect([isWarm, await status(headers)]).toEqual([isWarm, 401]);
      }
    });

    it('is refused in every request sent after the answer, however many are in progress', async () => {
      const { headers, end } = await make();
      let hasEnded = false;
      const late: number[] = [];
      const early: number[] = [];
      const asking = Array.from({ length: 4 }, async () => {
        while (late.length < 4) {
          const answers = hasEnded ? late : early;
          answers.push(await status(headers));
        }
      });
      await until(() => early.length >= 4);
      await end().finally(() => (hasEnded = true));
      await Promise.all(asking);
      expect(early[0]).toBe(200);
      expect([...new Set(late)]).toEqual([401]);
    });
  });

  /** Before, at and after a moment, to the millisecond; and whether it was cached before. */
  const around = fc.record({
    distance: fc.oneof(fc.constantFrom(-1, 0, 1), fc.integer({ min: -HOUR + 1, max: DAY })),
    isWarm: fc.boolean(),
  });

  it('works up to its expiry and not a millisecond longer, cached or not', async () => {
    const length = fc.integer({ min: 2, max: 2 * HOUR });
    await fc.assert(
      fc.asyncProperty(length, fc.array(around, { minLength: 2, maxLength: 5 }), async (lifetime, moments) => {
        at(START);
        const account = await cf.account();
        const make = () => cf.token(account, { duration: `${String(lifetime)}ms` });
        const [warm, cold] = [pair(await make()), pair(await make())];
        expect(await status(warm)).toBe(200);
        for (const { distance, isWarm } of inOrder(moments)) {
          const time = START + lifetime + distance;
          if (time < START) continue;
          at(time);
          const found = await status(isWarm ? warm : cold);
          expect([distance, isWarm, found]).toEqual([distance, isWarm, distance < 0 ? 200 : 401]);
        }
      }),
      { numRuns: 25, examples: [[1000, [-1, 0, 1].map((distance) => ({ distance, isWarm: true }))]] },
    );
  });

  it('works with its old secret up to the end of the overlap and not a millisecond longer', async () => {
    const length = fc.integer({ min: 2, max: 2 * HOUR });
    await fc.assert(
      fc.asyncProperty(length, fc.array(around, { minLength: 2, maxLength: 5 }), async (overlap, moments) => {
        at(START);
        const account = await cf.account();
        const end = START + overlap;
        const make = async () => {
          const token = await cf.token(account, { duration: 'forever' });
          const until = { previous_client_secret_expires_at: new Date(end).toISOString() };
          return { old: pair(token), present: pair(await cf.rotate(account, token.id, until)) };
        };
        const [warm, cold] = [await make(), await make()];
        for (const headers of [warm.old, warm.present]) expect(await status(headers)).toBe(200);
        for (const { distance, isWarm } of inOrder(moments)) {
          if (end + distance < START) continue;
          at(end + distance);
          const { old, present } = isWarm ? warm : cold;
          const found = [await status(old), await status(present)];
          expect([distance, isWarm, found]).toEqual([distance, isWarm, [distance < 0 ? 200 : 401, 200]]);
        }
      }),
      { numRuns: 25, examples: [[1000, [-1, 0, 1].map((distance) => ({ distance, isWarm: true }))]] },
    );
  });

  it('works again when that is undone: enabled, refreshed, unblocked, approved', async () => {
    const account = await cf.account();
    const token = await cf.token(account, { duration: '1h' });
    const path = tokenPath(account, token.id);
    await put(path, { enabled: false });
    expect(await status(pair(token))).toBe(401);
    await put(path, { enabled: true });
    expect(await status(pair(token))).toBe(200);
    at(Date.now() + HOUR + 1);
    expect(await status(pair(token))).toBe(401);
    ok(await cf.admin.post(`${path}/refresh`));
    expect(await status(pair(token))).toBe(200);
    const person = await cf.person();
    const user = `/users/${String(person.userId)}`;
    await userCall('POST', `${user}/block`);
    expect(await status(privately(person.key))).toBe(401);
    await userCall('POST', `${user}/unblock`);
    expect(await status(privately(person.key))).toBe(200);
    const newcomer = await cf.person({ approved: false });
    expect(await status(privately(newcomer.key))).toBe(401);
    await userCall('POST', `/users/${String(newcomer.userId)}/approve`);
    expect(await status(privately(newcomer.key))).toBe(200);
  });
});

async function until(isReached: () => boolean): Promise<void> {
  while (!isReached()) await delay(1);
}

/** The earliest first: time does not go back. */
function inOrder<T extends { distance: number }>(moments: readonly T[]): T[] {
  return [...moments].sort((one, other) => one.distance - other.distance);
}
