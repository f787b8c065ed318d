import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { AuditRecord, SYSTEM, SteadyTime } from '../../src/core/index.js';
import { CLEANUP_SETTINGS } from '../../src/identity/identity.settings.js';
import { KnownNetworks } from '../../src/identity/guessing/known-networks.js';
import { AccountExtensions, CleanupJob } from '../../src/identity/index.js';
import { RecordedTime } from '../../src/identity/recorded-time.js';
import { defaultsOf } from '../../src/settings/index.js';
import { addAuditRows, fillAuditLog } from '../support/audit-rows.js';
import { onBothEngines, type TestDatabase } from '../support/engines.js';
import { send } from '../support/http.js';
import { watchQueries } from '../support/queries.js';
import { issueToken, servicesOf } from '../support/services.js';
import { migratedDatabase } from '../support/templates.js';
import { ADMIN, startServer, type TestServer } from '../support/test-server.js';

const BATCH = 200;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.now();

const cleanupOf = ({ app }: TestServer): CleanupJob => app.get(CleanupJob);

/** Sessions of the administrator as logins would have left them. */
async function fillSessions({ dataSource }: TestServer, count: number, expiresAt = 0, prefix = 's'): Promise<void> {
  const digest = `'${'0'.repeat(56)}' || CAST(10000000 + n AS varchar)`;
  await dataSource.query(
    `WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ${String(count)})
     INSERT INTO latchkey_token (id, kind, handle, handle_scope, secret_digest, secret_version, label, user_id, enabled,
       created_at, updated_at, expires_at, audience)
     SELECT '${prefix}' || n, 'session', '${prefix}' || n, '', ${digest}, 1, '', ${String(ADMIN.id)}, true,
       0, 0, ${String(expiresAt)}, 'user' FROM numbers`,
  );
}

async function countOf({ dataSource }: TestServer, what: string): Promise<number> {
  const [row] = await dataSource.query<{ count: string | number }[]>(`SELECT COUNT(*) AS count FROM ${what}`);
  return Number(row?.count);
}

const sessionsOf = (server: TestServer): Promise<number> => countOf(server, `latchkey_token WHERE kind = 'session'`);

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error('did not happen in time');
    await delay(10);
  }
}

const createToken = (server: TestServer): ReturnType<typeof send> =>
  send(server.baseUrl, 'POST', '/api/v1/users/1000/access-tokens', {
    headers: { 'Private-Token': ADMIN.token },
    body: JSON.stringify({ description: 'meanwhile' }),
  });

afterEach(() => {
  jest.restoreAllMocks();
});

onBothEngines('a round of the cleanup', (engine) => {
  let server: TestServer;
  let round: () => Promise<void>;

  beforeAll(async () => {
    server = await startServer(engine, { AUDIT_RETENTION_DAYS: '30' });
    round = () => cleanupOf(server).run();
  });
  afterAll(() => server.close());
  beforeEach(() => {
    server.clock.freeze(new Date(NOW));
  });

  const rename = (from: string, to: string): Promise<unknown> =>
    server.dataSource.query(`ALTER TABLE ${from} RENAME TO ${to}`);

  it('removes expired sessions and nothing else, and publishes no change', async () => {
    const services = servicesOf(server);
    const { token: expired } = await issueToken(services, { expiresAt: new Date(NOW - DAY) });
    await fillSessions(server, 3, NOW - 1, 'gone');
    await fillSessions(server, 1, NOW, 'just-now');
    await fillSessions(server, 2, NOW + 1, 'alive');
    const rows = await countOf(server, 'latchkey_audit');
    const changes: string[] = [];
    const unsubscribe = services.events.subscribe(({ type }) => {
      changes.push(type);
    });
    await round();
    unsubscribe();
    const left = await server.dataSource.query<{ id: string }[]>(
      `SELECT id FROM latchkey_token WHERE kind = 'session' OR id = '${expired.id}'`,
    );
    expect(left.map(({ id }) => id).sort()).toEqual([expired.id, 'alive0', 'alive1'].sort());
    expect(await countOf(server, 'latchkey_audit')).toBe(rows);
    expect(changes).toEqual([]);
    server.clock.advance(1);
    await round();
    expect(await sessionsOf(server)).toBe(0);
  });

  it('removes audit rows past their retention, to the millisecond', async () => {
    const kept = NOW - 30 * DAY;
    const times = [kept - 1, 0, kept, kept - 400 * DAY, kept + 1, NOW, NOW + DAY];
    await server.dataSource.query('DELETE FROM latchkey_audit');
    await addAuditRows(
      server,
      times.map((time) => ({ createdAt: new Date(time) })),
    );
    const { unitOfWork } = servicesOf(server);
    const roundFor = (days: number): Promise<void> => {
      const options = { ...defaultsOf(CLEANUP_SETTINGS), auditRetentionDays: days };
      const get = server.app.get.bind(server.app);
      const parts = [get(KnownNetworks), get(AccountExtensions), get(SteadyTime), get(RecordedTime)] as const;
      return new CleanupJob(unitOfWork, options, ...parts).run();
    };
    await roundFor(0);
    expect(await countOf(server, 'latchkey_audit')).toBe(times.length);
    await roundFor(defaultsOf(CLEANUP_SETTINGS).auditRetentionDays);
    expect(await countOf(server, 'latchkey_audit')).toBe(times.filter((time) => time >= NOW - 365 * DAY).length);
    await round();
    const rows = await server.dataSource.getRepository(AuditRecord).find({ order: { id: 'ASC' } });
    expect(rows.map(({ createdAt }) => createdAt.getTime())).toEqual(times.filter((time) => time >= kept));
  });

  it('keeps an audit row for several events until the last of them is old enough', async () => {
    const kept = NOW - 30 * DAY;
    await server.dataSource.query('DELETE FROM latchkey_audit');
    const ends = [kept - 1, kept];
    await addAuditRows(
      server,
      ends.map((end) => ({ createdAt: new Date(kept - HOUR), occurrences: 7, lastAt: new Date(end) })),
    );
    await round();
    const rows = await server.dataSource.getRepository(AuditRecord).find();
    expect(rows.map(({ lastAt }) => lastAt?.getTime())).toEqual([kept]);
  });

  it('works in small batches, and finds the rows to remove by an index', async () => {
    await fillSessions(server, 3 * BATCH + 1);
    await fillAuditLog(server, 2 * BATCH, { created_at: '0' });
    const watch = watchQueries(server.dataSource);
    await round();
    watch.stop();
    expect(watch.count(/^DELETE FROM "latchkey_token"/)).toBe(4);
    expect(watch.count(/^DELETE FROM "latchkey_audit"/)).toBe(2);
    expect([await sessionsOf(server), await countOf(server, 'latchkey_audit WHERE created_at = 0')]).toEqual([0, 0]);

    const searches = watch.queries.filter(({ query }) => /latchkey_(token|audit)".* LIMIT 200$/s.test(query));
    expect(searches).toHaveLength(7);
    await fillSessions(server, 5000, NOW + DAY, 'alive');
    await fillAuditLog(server, 5000, { created_at: String(NOW) });
    for (const table of ['latchkey_token', 'latchkey_audit']) await server.dataSource.query(`ANALYZE ${table}`);
    const explain = engine === 'sqlite' ? 'EXPLAIN QUERY PLAN' : 'EXPLAIN';
    for (const { query, parameters } of searches) {
      const plan = JSON.stringify(await server.dataSource.query(`${explain} ${query}`, parameters));
      expect(plan).toMatch(/latchkey_(token_expiry|audit_created)/);
    }
  });

  it('lets other writers in between batches', async () => {
    await fillSessions(server, 12 * BATCH);
    const present = round();
    const progress = { isDone: false };
    void present.then(() => (progress.isDone = true));
    let meanwhile = 0;
    for (; !progress.isDone; meanwhile += 1) expect((await createToken(server)).status).toBe(200);
    await present;
    expect(meanwhile).toBeGreaterThanOrEqual(4);
    expect(await countOf(server, `latchkey_token WHERE expires_at = 0`)).toBe(0);
  });

  it('never runs twice at the same time', async () => {
    await fillSessions(server, 2 * BATCH);
    const watch = watchQueries(server.dataSource);
    await Promise.all([round(), round(), round()]);
    watch.stop();
    // Two batches and an empty one of sessions, an empty one of everything else: what one round does.
    expect(watch.count(/LIMIT 200$/)).toBe(7);
    await fillSessions(server, 1);
    await round();
    expect(await countOf(server, `latchkey_token WHERE expires_at = 0`)).toBe(0);
  });

  if (engine === 'sqlite') {
    it('says once that nothing can be written, and not for every kind of row', async () => {
      const errors = jest.spyOn(Logger.prototype, 'error').mockReturnValue();
      await fillSessions(server, 1, NOW - 1, 'waiting');
      await server.dataSource.query('PRAGMA query_only = 1');
      await round();
      await round();
      await server.dataSource.query('PRAGMA query_only = 0');
      const lines = errors.mock.calls.map(([line]) => String(line)).filter((line) => line.startsWith('could not'));
      expect(lines).toEqual([expect.stringContaining('could not remove expired sessions: ')]);
      await round();
      expect(await countOf(server, `latchkey_token WHERE id = 'waiting0'`)).toBe(0);
    });
  }

  it('logs a failing task once, runs the other tasks, and tries the failed one again', async () => {
    const errors = jest.spyOn(Logger.prototype, 'error').mockReturnValue();
    await rename('latchkey_token', 'away');
    for (let time = 0; time < 3; time += 1) {
      await addAuditRows(server, [{ createdAt: new Date(0) }]);
      await round();
      expect(await countOf(server, 'latchkey_audit WHERE created_at = 0')).toBe(0);
    }
    expect(errors.mock.calls.map(([message]) => String(message))).toEqual([
      expect.stringMatching(/^could not remove expired sessions: .*latchkey_token/s),
    ]);
    await rename('away', 'latchkey_token');
    await fillSessions(server, 1);
    await round();
    expect(await countOf(server, `latchkey_token WHERE expires_at = 0`)).toBe(0);
    await rename('latchkey_token', 'away');
    await round();
    await rename('away', 'latchkey_token');
    expect(errors).toHaveBeenCalledTimes(2);
  });
});

onBothEngines('the cleanup job', (engine) => {
  it('starts by itself, repeats, and ends with the running batch when the server stops', async () => {
    const database = await migratedDatabase(engine, 'standalone');
    const server = await startServer(engine, {}, database, { initialDelayMs: 20, intervalMs: 20 });
    for (let time = 0; time < 2; time += 1) {
      await fillSessions(server, BATCH + 1);
      await until(async () => (await sessionsOf(server)) === 0);
    }
    await fillSessions(server, 60 * BATCH);
    await until(async () => (await sessionsOf(server)) < 60 * BATCH);
    const begun = performance.now();
    await server.stop();
    expect(performance.now() - begun).toBeLessThan(5000);
    const later = await startServer(engine, {}, database);
    const left = await sessionsOf(later);
    expect(left).toBeGreaterThan(0);
    expect(left % BATCH).toBe(0);
  });
});

describe('the cleanup jobs of two instances over one database', () => {
  let database: TestDatabase;
  let one: TestServer;
  let other: TestServer;

  beforeAll(async () => {
    database = await migratedDatabase('postgres', 'standalone');
    one = await startServer('postgres', {}, database);
    other = await startServer('postgres', {}, database);
  });
  afterAll(async () => {
    await other.stop();
    await one.close();
  });

  it('run one at a time: an instance that finds another at work leaves the rest to it', async () => {
    await fillSessions(one, 3);
    let leave = (): void => undefined;
    const left = new Promise<void>((resolve) => (leave = resolve));
    const work = new Promise<void>((began, failed) => {
      const write = servicesOf(other).unitOfWork.write(SYSTEM, async (tx) => {
        expect(await tx.tryLockJob('expired sessions')).toBe(true);
        began();
        await left;
      });
      write.catch(failed);
    });
    await work;
    await cleanupOf(one).run();
    expect(await sessionsOf(one)).toBe(3);
    leave();
    await until(async () => {
      await cleanupOf(one).run();
      return (await sessionsOf(one)) === 0;
    });
  });

  it('remove everything, and neither fails, when both start together', async () => {
    const errors = jest.spyOn(Logger.prototype, 'error').mockReturnValue();
    await fillSessions(one, 6 * BATCH);
    const watches = [one, other].map(({ dataSource }) => watchQueries(dataSource));
    await until(async () => {
      await Promise.all([one, other].map((server) => cleanupOf(server).run()));
      return (await sessionsOf(one)) === 0;
    });
    // No batch was removed twice.
    const counts = watches.map((watch) => watch.count(/^DELETE FROM "latchkey_token"/));
    expect(counts.reduce((sum, count) => sum + count)).toBe(6);
    expect(errors).not.toHaveBeenCalled();
  });
});
