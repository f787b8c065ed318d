import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { LastSeen } from '../../src/core/index.js';
import { watchQueries } from '../support/queries.js';
import { ACCOUNT } from '../support/test-server.js';
import {
  basic,
  dataPlaneSuite,
  ok,
  okList,
  pair,
  privately,
  sendForm,
  tokenPath,
  tokensOf,
  type ServiceToken,
  type ServiceTokenWithSecret,
} from './support.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const START = Date.parse('2026-07-01T00:00:00.123Z');

const inSeconds = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}Z`;

dataPlaneSuite('the last use of a token', ({ cf, verify, status, login }) => {
  let now: number;
  const at = (time: number): void => {
    now = time;
    cf.server.clock.freeze(new Date(time));
  };
  beforeEach(() => {
    at(START);
  });
  afterEach(async () => {
    await flush();
    cf.server.clock.reset();
  });

  const flush = (): Promise<void> => cf.server.app.get(LastSeen).flush();
  const newToken = (fields = {}): Promise<ServiceTokenWithSecret> =>
    cf.token(ACCOUNT.id, { duration: 'forever', ...fields });
  const read = ({ id }: ServiceToken): Promise<ServiceToken> => cf.read(ACCOUNT.id, id);
  const rotate = (token: ServiceToken, overlapMs: number): Promise<ServiceTokenWithSecret> =>
    cf.rotate(ACCOUNT.id, token.id, { previous_client_secret_expires_at: new Date(now + overlapMs).toISOString() });

  const use = async (token: ServiceTokenWithSecret, expected = 200): Promise<void> => {
    expect(await status(pair(token))).toBe(expected);
  };

  /** The whole row without the times of last uses. */
  const rowOf = async ({ id }: ServiceToken): Promise<{ seen: unknown; previousSeen: unknown; others: unknown }> => {
    const [row] = await cf.server.dataSource.query<Record<string, unknown>[]>(
      `SELECT * FROM latchkey_token WHERE id = '${id}'`,
    );
    const { last_seen_at: seen, previous_last_seen_at: previousSeen, ...rest } = row ?? {};
    const others = Object.fromEntries(
      Object.entries(rest).filter(([name]) => !/last_seen_(address|agent)$/.test(name)),
    );
    const moment = (value: unknown): unknown => (value === null ? null : Number(value));
    return { seen: moment(seen), previousSeen: moment(previousSeen), others };
  };

  it('is written in the background: not before the answer, but with the next flush, to the millisecond', async () => {
    const token = await newToken();
    expect(await read(token)).not.toHaveProperty('last_seen_at');
    await use(token);
    expect((await rowOf(token)).seen).toBeNull();
    await flush();
    expect(await rowOf(token)).toMatchObject({ seen: START, previousSeen: null });
    expect((await read(token)).last_seen_at).toBe(inSeconds(START));
  });

  it('is recorded for a personal token, a login, an introspected token and its caller as well', async () => {
    const caller = await newToken();
    const asked = await newToken();
    const person = await cf.person();
    for (const token of [person.key, await login(person)]) expect(await status(privately(token))).toBe(200);
    expect((await sendForm(cf, 'introspect', basic(caller), { token: asked.client_secret })).status).toBe(200);
    await flush();
    for (const token of [caller, asked]) expect((await rowOf(token)).seen).toBe(START);
    const rows = await cf.server.dataSource.query<{ last_seen_at: string | number }[]>(
      `SELECT last_seen_at FROM latchkey_token WHERE user_id = ${String(person.userId)}`,
    );
    expect(rows.map(({ last_seen_at: seen }) => Number(seen))).toEqual([START, START]);
  });

  it('is not recorded for refused credentials: wrong secret, disabled, expired', async () => {
    const token = await newToken({ duration: '1h' });
    const other = await newToken();
    await use({ ...token, client_secret: other.client_secret }, 401);
    ok(await cf.admin.put(tokenPath(ACCOUNT.id, token.id), { enabled: false }));
    await use(token, 401);
    at(START + 2 * HOUR);
    ok(await cf.admin.put(tokenPath(ACCOUNT.id, token.id), { enabled: true }));
    await use(token, 401);
    await flush();
    expect((await rowOf(token)).seen).toBeNull();
  });

  it('is recorded for a valid token that a rule does not admit', async () => {
    const token = await newToken();
    expect((await verify(pair(token), 'kind=session')).status).toBe(403);
    await flush();
    expect((await rowOf(token)).seen).toBe(START);
  });

  it('is written at most once a minute for each token', async () => {
    const token = await newToken();
    for (const [later, written] of [
      [0, 0],
      [1, 0],
      [MINUTE - 1, 0],
      [MINUTE, MINUTE],
      [MINUTE + 1, MINUTE],
      [2 * MINUTE - 1, MINUTE],
      [2 * MINUTE + 5, 2 * MINUTE + 5],
    ] as const) {
      at(START + later);
      await use(token);
      await flush();
      expect([later, (await rowOf(token)).seen]).toEqual([later, START + written]);
    }
  });

  it('causes no writes in between, and one statement for many tokens', async () => {
    const tokens = await Promise.all(Array.from({ length: 30 }, () => newToken()));
    for (const token of tokens) await use(token);
    const watch = watchQueries(cf.server.dataSource);
    await flush();
    expect(watch.count(/^UPDATE/)).toBe(1);
    at(START + MINUTE - 1);
    const before = watch.statements.length;
    for (let round = 0; round < 5; round += 1) await Promise.all(tokens.map((token) => use(token)));
    await flush();
    // Instances watch each other all the time.
    const statements = watch.statements.slice(before).filter((statement) => !statement.includes('latchkey_instance'));
    expect(statements).toEqual([]);
    watch.stop();
    for (const token of tokens) expect((await rowOf(token)).seen).toBe(START);
  });

  it('changes nothing else in the row', async () => {
    const token = await rotate(await newToken(), HOUR);
    const { others } = await rowOf(token);
    expect(others).toMatchObject({
      secret_digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      previous_secret_digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      duration: 'forever',
    });
    at(START + SECOND);
    await use(token);
    await flush();
    expect(await rowOf(token)).toEqual({ seen: START + SECOND, previousSeen: null, others });
  });

  it('does not undo a concurrent change, and never goes back in time', async () => {
    const token = await newToken();
    await use(token);
    ok(await cf.admin.put(tokenPath(ACCOUNT.id, token.id), { name: 'renamed', enabled: false }));
    await flush();
    expect(await read(token)).toMatchObject({ name: 'renamed', enabled: false, last_seen_at: inSeconds(START) });
    await cf.server.dataSource.query(
      `UPDATE latchkey_token SET last_seen_at = ${String(START + HOUR)} WHERE id = '${token.id}'`,
    );
    ok(await cf.admin.put(tokenPath(ACCOUNT.id, token.id), { enabled: true }));
    at(START + 2 * MINUTE);
    await use(token);
    await flush();
    expect((await rowOf(token)).seen).toBe(START + HOUR);
  });

  it('replaces one that is far ahead, which was written while a clock was wrong', async () => {
    const token = await newToken();
    await cf.server.dataSource.query(
      `UPDATE latchkey_token SET last_seen_at = ${String(START + 400 * 24 * HOUR)} WHERE id = '${token.id}'`,
    );
    await use(token);
    await flush();
    expect((await rowOf(token)).seen).toBe(START);
  });

  it('that waited for days replaces no newer one of another instance', async () => {
    const token = await newToken();
    const waited = START + 48 * HOUR;
    await use(token);
    at(waited);
    await cf.server.dataSource.query(
      `UPDATE latchkey_token SET last_seen_at = ${String(waited)} WHERE id = '${token.id}'`,
    );
    await flush();
    expect((await rowOf(token)).seen).toBe(waited);
  });

  it('of a deleted token is ignored', async () => {
    const [gone, stays] = [await newToken(), await newToken()];
    await use(gone);
    await use(stays);
    ok(await cf.admin.delete(tokenPath(ACCOUNT.id, gone.id)));
    await flush();
    expect(await rowOf(gone)).toMatchObject({ others: {} });
    expect((await rowOf(stays)).seen).toBe(START);
  });

  describe('with the previous secret', () => {
    it('is recorded and shown separately during the overlap, at most once a minute each', async () => {
      const old = await newToken();
      const token = await rotate(old, HOUR);
      await use(token);
      await flush();
      expect(await read(token)).not.toHaveProperty('previous_client_secret_last_seen_at');
      at(START + 10 * SECOND);
      await use(old);
      await flush();
      expect(await rowOf(token)).toMatchObject({ seen: START + 10 * SECOND, previousSeen: START + 10 * SECOND });
      expect(await read(token)).toMatchObject({
        last_seen_at: inSeconds(START + 10 * SECOND),
        previous_client_secret_last_seen_at: inSeconds(START + 10 * SECOND),
      });
      at(START + 30 * SECOND);
      await use(old);
      await flush();
      expect((await rowOf(token)).previousSeen).toBe(START + 10 * SECOND);
      at(START + MINUTE);
      await use(token);
      await flush();
      expect(await rowOf(token)).toMatchObject({ seen: START + MINUTE, previousSeen: START + 10 * SECOND });
    });

    it('is shown in the list, but neither in the answer of a rotation nor after it', async () => {
      const old = await newToken();
      const token = await rotate(old, HOUR);
      await use(old);
      await flush();
      const shown = { id: token.id, previous_client_secret_last_seen_at: inSeconds(START) };
      const { items } = okList<ServiceToken>(await cf.admin.get(tokensOf(ACCOUNT.id)));
      expect(items).toContainEqual(expect.objectContaining(shown));
      expect(await read(token)).toMatchObject(shown);
      const next = await rotate(token, HOUR);
      expect(next).not.toHaveProperty('previous_client_secret_last_seen_at');
      expect(await read(token)).not.toHaveProperty('previous_client_secret_last_seen_at');
      expect((await read(token)).last_seen_at).toBe(inSeconds(START));
    });

    it('that is not written yet at the next rotation does not count for the new previous secret', async () => {
      const old = await newToken();
      const token = await rotate(old, HOUR);
      await use(old);
      await rotate(token, HOUR);
      await flush();
      expect(await rowOf(token)).toMatchObject({ seen: START, previousSeen: null });
      at(START + SECOND);
      await use(token);
      await flush();
      expect((await rowOf(token)).previousSeen).toBe(START + SECOND);
    });
  });

  describe('that cannot be written', () => {
    const broken = async (work: () => Promise<void>): Promise<void> => {
      const { dataSource } = cf.server;
      await dataSource.query('ALTER TABLE latchkey_token RENAME COLUMN last_seen_at TO last_seen_away');
      try {
        await work();
      } finally {
        await dataSource.query('ALTER TABLE latchkey_token RENAME COLUMN last_seen_away TO last_seen_at');
      }
    };

    it('does not replace a later one that is recorded during the failing write', async () => {
      const token = await newToken();
      await use(token);
      await broken(async () => {
        const writing = flush();
        at(START + MINUTE);
        // In the same turn of the event loop: before the write can have failed.
        const later = cf.verdict(token.client_id, token.client_secret);
        expect(await later).toBe('valid');
        await writing;
      });
      await flush();
      expect((await rowOf(token)).seen).toBe(START + MINUTE);
    });

    it('is written at the next attempt, together with later uses', async () => {
      const old = await newToken();
      const token = await rotate(old, HOUR);
      await use(old);
      await use(token);
      at(START + MINUTE);
      await broken(async () => {
        await flush();
        await use(token);
        await flush();
      });
      for (let waited = 0; (await rowOf(token)).seen === null && waited < 15 * SECOND; waited += 100) await delay(100);
      expect(await rowOf(token)).toMatchObject({ seen: START + MINUTE, previousSeen: START });
    });
  });

  it('that cannot be written is kept and said once, and so is that it can be written again', async () => {
    const tokens = [await newToken(), await newToken()];
    const warnings = jest.spyOn(Logger.prototype, 'warn').mockReturnValue();
    const notes = jest.spyOn(Logger.prototype, 'log').mockReturnValue();
    const about = (spy: typeof warnings): string[] =>
      spy.mock.calls.map(([message]) => String(message)).filter((text) => text.startsWith('last use'));
    const rename = (from: string, to: string): Promise<unknown> =>
      cf.server.dataSource.query(`ALTER TABLE ${from} RENAME TO ${to}`);
    for (const token of tokens) await use(token);
    await rename('latchkey_token', 'away');
    for (let time = 0; time < 3; time += 1) await flush();
    await rename('away', 'latchkey_token');
    expect(about(warnings)).toEqual([expect.stringMatching(/^last use not written, and kept: /)]);
    expect(about(notes)).toEqual([]);
    for (let time = 0; time < 2; time += 1) await flush();
    expect(about(notes)).toEqual(['last uses are written again']);
    expect(about(warnings)).toHaveLength(1);
    for (const token of tokens) expect((await read(token)).last_seen_at).toBe(inSeconds(START));
    jest.restoreAllMocks();
  });
});
