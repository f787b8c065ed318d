/** The limits of what waits: each has a setting, is published and counted, and its error says what to do. */
import { Logger } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { LastSeen, SYSTEM, UnitOfWork } from '../../src/core/index.js';
import { GuessThrottle } from '../../src/identity/index.js';
import { Recorder } from '../support/channels.js';
import { onBothEngines } from '../support/engines.js';
import { send, type Reply } from '../support/http.js';
import { issueToken, servicesOf } from '../support/services.js';
import { ADMIN, startServer, type TestServer } from '../support/test-server.js';
import { Samples } from '../monitoring/samples.js';

const LIMITS = { WRITES_WAITING: '10', LOOKUPS_WAITING: '10', LAST_USES_WAITING: '100', PASSWORD_QUEUE: '2' };
const AS_ADMIN = { 'Private-Token': ADMIN.token };

onBothEngines('a limit on what waits', (engine) => {
  let server: TestServer;
  let warnings: string[];

  beforeAll(async () => {
    server = await startServer(engine, { ...LIMITS, DATABASE_POOL_SIZE: '2' });
  });
  afterAll(() => server.close());
  beforeEach(() => {
    warnings = [];
    Logger.overrideLogger({
      log: () => undefined,
      error: () => undefined,
      warn: (text: string) => warnings.push(text),
    });
  });
  afterEach(() => {
    Logger.overrideLogger(false);
  });

  const growth = async (
    name: string,
    labels: Record<string, string>,
    work: () => Promise<unknown>,
  ): Promise<number> => {
    const before = await Samples.of(server);
    await work();
    return (await Samples.of(server)).sum(name, labels) - before.sum(name, labels);
  };

  it('of changes refuses further ones with what to do, counts them, and takes them afterwards', async () => {
    const unitOfWork = server.app.get(UnitOfWork);
    const write = (): Promise<unknown> => unitOfWork.write(SYSTEM, () => new Promise(setImmediate));
    const refused: unknown[] = [];
    const counted = await growth('latchkey_writes_total', { code: 'unavailable' }, async () => {
      const outcomes = await Promise.allSettled(Array.from({ length: 30 }, write));
      for (const outcome of outcomes) if (outcome.status === 'rejected') refused.push(outcome.reason);
    });
    expect(refused.length).toBeGreaterThanOrEqual(18);
    expect(counted).toBe(refused.length);
    for (const error of refused)
      expect(error).toMatchObject({ code: 'unavailable', message: expect.stringContaining('WRITES_WAITING') });
    await write();
  });

  it('of last uses drops further ones, counts and publishes them, and warns with the setting', async () => {
    const lastSeen = server.app.get(LastSeen);
    await lastSeen.flush();
    const recorder = new Recorder('latchkey:last-use');
    const noted = (id: string): void => {
      const known = { token: { id, secretVersion: 1 }, notedAt: { current: 0, previous: 0 } };
      lastSeen.note(known as unknown as Parameters<LastSeen['note']>[0], 'current', Date.now());
    };
    const dropped = await growth('latchkey_last_uses_dropped_total', {}, () => {
      for (let count = 0; count < 103; count += 1) noted(`00000000-0000-7000-8000-${String(count).padStart(12, '0')}`);
      return Promise.resolve();
    });
    expect([dropped, lastSeen.waiting]).toEqual([3, 100]);
    expect(recorder.of('latchkey:last-use')).toEqual(Array(3).fill({ outcome: 'dropped', limit: 100 }));
    expect(warnings).toEqual([expect.stringMatching(/100 wait to be written.*raise LAST_USES_WAITING/)]);
    expect((await Samples.of(server)).sum('latchkey_last_uses_waiting')).toBe(100);
    recorder.stop();
    await lastSeen.flush();
    expect(lastSeen.waiting).toBe(0);
  });

  it('of attempts under way asks to come back, and counts them', async () => {
    const throttle = server.app.get(GuessThrottle);
    const recorder = new Recorder('latchkey:throttle');
    const limits = [{ bucket: 'account', parties: ['x'], failures: 1 }] as const;
    const guess = { purpose: 'login', failures: 'failed logins', origin: { address: '192.0.2.1' }, limits } as const;
    const first = await throttle.begin(guess);
    const waiting = [throttle.begin(guess), throttle.begin(guess)];
    while (throttle.waiting < 2) await new Promise(setImmediate);
    expect((await Samples.of(server)).sum('latchkey_attempts_waiting')).toBe(2);
    const labels = { purpose: 'login', bucket: 'under_way' };
    const counted = await growth('latchkey_throttled_attempts_total', labels, async () => {
      const refused = { code: 'unavailable', message: expect.stringContaining('PASSWORD_QUEUE') };
      await expect(throttle.begin(guess)).rejects.toMatchObject(refused);
    });
    expect(counted).toBe(1);
    expect(recorder.of('latchkey:throttle')).toEqual([
      { ...labels, retryAfterSeconds: 2, address: '192.0.2.1', requestId: null },
    ]);
    recorder.stop();
    await first.cancelled();
    await Promise.all(waiting.map(async (attempt) => (await attempt).cancelled()));
  });

  it('of logins of a user is counted when it ends the oldest', async () => {
    const login = (): Promise<Reply> =>
      send(limited.baseUrl, 'POST', '/api/v1/users/login', {
        body: JSON.stringify({ email: ADMIN.email, password: ADMIN.password }),
      });
    const limited = await startServer(engine, { LOGINS_PER_USER: '2' });
    for (let count = 0; count < 5; count += 1) expect((await login()).status).toBe(200);
    expect((await Samples.of(limited)).sum('latchkey_logins_displaced_total')).toBe(3);
    await limited.close();
  });
});

describe('a limit on look-ups', () => {
  it('refuses further ones with 503 at /verify, which names the setting', async () => {
    const server = await startServer('postgres', LIMITS);
    const services = servicesOf(server);
    const tokens: Awaited<ReturnType<typeof issueToken>>[] = [];
    for (let count = 0; count < 60; count += 1) tokens.push(await issueToken(services));
    const statuses = await Promise.all(
      tokens.map(async ({ secret }) => {
        const reply = await send(server.baseUrl, 'GET', '/verify', { headers: { 'Private-Token': secret.reveal() } });
        if (reply.status === 503) expect(reply.text).toContain('LOOKUPS_WAITING');
        return reply.status;
      }),
    );
    expect(statuses.filter((status) => status === 503).length).toBeGreaterThan(0);
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(0);
    expect((await send(server.baseUrl, 'GET', '/verify', { headers: AS_ADMIN })).status).toBe(200);
    await server.close();
  });
});
