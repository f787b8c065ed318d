import { copyFileSync, renameSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { describe, expect, it } from '@jest/globals';
import { DomainError, HealthChecks, SYSTEM, UnitOfWork } from '../../src/core/index.js';
import { closeLater } from '../support/closing.js';
import { administer, connectTo, createPostgres } from '../support/engines.js';
import { send, type Reply } from '../support/http.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { migratedDatabase } from '../support/templates.js';
import { ACCOUNT, ADMIN, startServer, type TestServer } from '../support/test-server.js';

const headers = { 'Private-Token': ADMIN.token };

const create = ({ baseUrl }: TestServer, description = 'x'): Promise<Reply> =>
  send(baseUrl, 'POST', '/api/v1/users/1000/access-tokens', { headers, body: JSON.stringify({ description }) });

const createServiceToken = ({ baseUrl }: TestServer): Promise<Reply> =>
  send(baseUrl, 'POST', `/client/v4/accounts/${ACCOUNT.id}/access/service_tokens`, {
    headers: { Authorization: `Bearer ${ADMIN.token}` },
    body: JSON.stringify({ name: 'x' }),
  });

async function readiness({ app, baseUrl }: TestServer): Promise<unknown> {
  // A result is kept for a second, unless other checks are registered.
  app.get(HealthChecks).register({ name: 'another', check: () => Promise.resolve(null) })();
  const reply = await send(baseUrl, 'GET', '/health/ready');
  return reply.status === 200 ? 'ready' : reply.json<{ reason: string }>().reason;
}

/** In milliseconds, with the status. */
async function timed(reply: Promise<Reply>): Promise<{ status: number; took: number }> {
  const began = performance.now();
  const { status } = await reply;
  return { status, took: performance.now() - began };
}

/** A change that waits for the database as those of requests do; its code if it was refused. */
async function changed({ app }: TestServer): Promise<{ code: string; took: number }> {
  const began = performance.now();
  const code = await app
    .get(UnitOfWork)
    .write(SYSTEM, () => Promise.resolve('done'))
    .catch((error: unknown) => (error instanceof DomainError ? error.code : String(error)));
  return { code, took: performance.now() - began };
}

const verify = ({ baseUrl }: TestServer, token: string): Promise<Reply> =>
  send(baseUrl, 'GET', '/verify', { headers: { Authorization: `Bearer ${token}` } });

/** Makes a failure, and mends it. */
async function refusesAndRecovers(server: TestServer, reason: string, mend: () => unknown): Promise<void> {
  for (const reply of await Promise.all([create(server), createServiceToken(server)])) {
    expect([reply.status, reply.headers['retry-after']]).toEqual([503, '2']);
  }
  expect(await readiness(server)).toBe(reason);
  expect((await verify(server, ADMIN.token)).status).toBe(200);
  await mend();
  expect(await readiness(server)).toBe('ready');
  expect((await create(server)).status).toBe(200);
}

describe('an SQLite database', () => {
  it('that is full or read-only refuses writes, is not ready with the reason, and recovers without a restart', async () => {
    const server = await startServer('sqlite');
    const { dataSource } = server;
    expect((await create(server)).status).toBe(200);
    await dataSource.query('PRAGMA query_only = 1');
    await refusesAndRecovers(server, 'the database is read-only', () => dataSource.query('PRAGMA query_only = 0'));
    const [{ page_count: pages } = { page_count: 0 }] =
      await dataSource.query<{ page_count: number }[]>('PRAGMA page_count');
    await dataSource.query(`PRAGMA max_page_count = ${String(pages)}`);
    const statuses = new Set<number>();
    for (let round = 0; !statuses.has(503) && round < 30; round += 1) {
      const replies = await Promise.all(Array.from({ length: 20 }, () => createServiceToken(server)));
      for (const { status } of replies) statuses.add(status);
    }
    expect([...statuses].at(-1)).toBe(503);
    await dataSource.query('PRAGMA max_page_count = 100000');
    expect(await readiness(server)).toBe('ready');
  });

  it.each([
    ['removed', '', false],
    ['replaced', '', true],
    ['left without its log', '-wal', false],
  ])(
    'whose file is %s acknowledges nothing more, says so, and serves again when the file is back',
    async (_how, ending, replaced) => {
      const server = await startServer('sqlite');
      expect((await create(server)).status).toBe(200);
      const file = server.database.name + ending;
      renameSync(file, `${file}.away`);
      if (replaced) copyFileSync(`${file}.away`, file);
      await refusesAndRecovers(server, 'the database file was removed or replaced', () => {
        renameSync(`${file}.away`, file);
      });
    },
  );

  it('that another program has locked refuses each of many writers in time, and reads meanwhile', async () => {
    const server = await startServer('sqlite', { DATABASE_ANSWER_MS: '500' });
    const other = new Database(server.database.name);
    closeLater(() => other.close());
    other.exec('BEGIN IMMEDIATE');
    const writers = Array.from({ length: 300 }, () => changed(server));
    const read = await timed(send(server.baseUrl, 'GET', '/api/v1/users', { headers }));
    const outcomes = await Promise.all(writers);
    expect([...new Set(outcomes.map(({ code }) => code))]).toEqual(['unavailable']);
    expect(Math.max(...outcomes.map(({ took }) => took))).toBeLessThan(4000);
    expect(read.status).toBe(200);
    expect(read.took).toBeLessThan(1500);
    await refusesAndRecovers(server, 'the database is locked by another program', () => other.exec('COMMIT'));
  });
});

describe('a PostgreSQL database', () => {
  it('that is read-only refuses writes, is not ready with the reason, and recovers without a restart', async () => {
    const server = await startServer('postgres');
    const { name } = server.database;
    const set = async (value: string): Promise<void> => {
      await administer(`ALTER DATABASE ${name} SET default_transaction_read_only = ${value}`);
      await administer(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`);
      await delay(300);
    };
    await set('on');
    await refusesAndRecovers(server, 'the database is read-only', () => set('off'));
  });

  it('that is frozen is answered for with 503 in time, by every door, and serves when it goes on', async () => {
    const database = await migratedDatabase('postgres', 'standalone');
    const proxy = await TcpProxy.to(database.url);
    const settings = { DATABASE_ANSWER_MS: '500' };
    const server = await startServer('postgres', settings, { ...(await createPostgres()), url: proxy.url });
    expect((await create(server)).status).toBe(200);
    proxy.freeze();
    const unknown = 'A'.repeat(43);
    const first = await Promise.all([
      timed(verify(server, unknown)),
      timed(create(server)),
      timed(send(server.baseUrl, 'GET', '/api/v1/users', { headers })),
      timed(send(server.baseUrl, 'GET', '/health/ready')),
    ]);
    const later = await Promise.all([timed(verify(server, ADMIN.token)), timed(createServiceToken(server))]);
    for (const { status, took } of [...first, ...later]) {
      expect(status).toBe(503);
      expect(took).toBeLessThan(2000);
    }
    expect(Math.max(...later.map(({ took }) => took))).toBeLessThan(300);
    proxy.thaw();
    for (let round = 0; round < 50 && (await verify(server, ADMIN.token)).status !== 200; round += 1) await delay(100);
    expect((await verify(server, ADMIN.token)).status).toBe(200);
    expect(await readiness(server)).toBe('ready');
    expect((await create(server)).status).toBe(200);
  });

  it('whose token table is locked lets no look-up wait long, nor others behind it', async () => {
    const server = await startServer('postgres', { DATABASE_ANSWER_MS: '500' });
    const other = await connectTo(server.database.url);
    await other.query('BEGIN');
    await other.query('LOCK TABLE latchkey_token IN ACCESS EXCLUSIVE MODE');
    const first = await Promise.all(['A', 'B'].map((letter) => timed(verify(server, letter.repeat(43)))));
    const later = await timed(verify(server, 'C'.repeat(43)));
    expect([...first, later].map(({ status }) => status)).toEqual([503, 503, 503]);
    expect(Math.max(...first.map(({ took }) => took))).toBeLessThan(1500);
    expect(later.took).toBeLessThan(300);
    await other.query('ROLLBACK');
    await delay(100);
    expect((await verify(server, 'D'.repeat(43))).status).toBe(401);
  });
});
