/** A database that fails for a while: requests are refused or wait during that time, and work again afterwards. */
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, jest } from '@jest/globals';
import { AuditRecord } from '../../src/core/index.js';
import { closeLater } from '../support/closing.js';
import { connectTo, createDatabase } from '../support/engines.js';
import { send, type Reply } from '../support/http.js';
import { startProcess } from '../support/process.js';
import { Program } from '../support/program.js';
import { ACCOUNT, ADMIN, startServer, type TestServer } from '../support/test-server.js';

// Times are measured on busy machines; a real fault fails every time.
jest.retryTimes(2);

const TOKENS = '/api/v1/users/1000/access-tokens';
const headers = { 'Private-Token': ADMIN.token };

type Addressed = Pick<TestServer, 'baseUrl'>;

const listUsers = ({ baseUrl }: Addressed): Promise<Reply> => send(baseUrl, 'GET', '/api/v1/users', { headers });

function createToken({ baseUrl }: Addressed, description = 'x'): Promise<Reply> {
  return send(baseUrl, 'POST', TOKENS, { headers, body: JSON.stringify({ description }) });
}

function createServiceToken({ baseUrl }: Addressed, name: string): Promise<Reply> {
  const bearer = { Authorization: `Bearer ${ADMIN.token}` };
  const address = `/client/v4/accounts/${ACCOUNT.id}/access/service_tokens`;
  return send(baseUrl, 'POST', address, { headers: bearer, body: JSON.stringify({ name }) });
}

describe('SQLite on a full disk', () => {
  it('refuses writes with 503, leaves nothing half done, can still read, and writes again when there is space', async () => {
    const server = await startServer('sqlite');
    const query = (text: string): Promise<Record<string, number>[]> => server.dataSource.query(text);
    const [{ page_count: pages = 0 } = {}] = await query('PRAGMA page_count');
    await query(`PRAGMA max_page_count = ${String(pages + 12)}`);
    const replies: Reply[] = [];
    const isFull = (): boolean => replies.slice(-4).filter(({ status }) => status === 503).length === 4;
    while (!isFull() && replies.length < 1000) {
      replies.push(...(await Promise.all(Array.from({ length: 4 }, () => createToken(server, 'x'.repeat(900))))));
    }
    expect(isFull()).toBe(true);
    expect([...new Set(replies.map(({ status }) => status))].sort()).toEqual([200, 503]);

    const others: Reply[] = [];
    // A smaller row may still fit.
    do others.push(await createServiceToken(server, 'x'.repeat(200)));
    while (others.at(-1)?.status === 201 && others.length < 100);
    const refused = [replies.at(-1), others.at(-1)];
    for (const reply of refused) expect([reply?.status, reply?.headers['retry-after']]).toEqual([503, '2']);
    const [canvus, cloudflare] = refused.map((reply) => reply?.json());
    expect(canvus).toEqual({ msg: expect.any(String) });
    expect(cloudflare).toMatchObject({ success: false, errors: [expect.any(Object)], result: null });
    expect((await listUsers(server)).status).toBe(200);

    const done = [...replies, ...others].filter(({ status }) => status < 300).length;
    const [{ tokens = 0 } = {}] = await query('SELECT count(*) AS tokens FROM latchkey_token');
    // The administrator's own token exists as well.
    expect(tokens).toBe(done + 1);
    const issued = { action: 'token.issued', authorId: ADMIN.id };
    expect(await server.dataSource.getRepository(AuditRecord).countBy(issued)).toBe(done);
    await query('PRAGMA max_page_count = 100000');
    expect((await createToken(server)).status).toBe(200);
    expect((await createServiceToken(server, 'y')).status).toBe(201);
    expect(await query('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  });
});

const HELD_MS = 1000;
const LAG_MS = 400;

/** Another process that holds an SQLite file for a while. */
const HOLDER = `
  const database = new (require('better-sqlite3'))(process.argv[1]);
  database.exec('BEGIN IMMEDIATE');
  process.stdout.write('held');
  setTimeout(() => database.exec('COMMIT'), ${String(HELD_MS)});
`;

/** The longest time that this process could not attend to its timers. */
async function longestLag(during: () => Promise<unknown>): Promise<number> {
  let [longest, last] = [0, performance.now()];
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 5);
  const stop = closeLater(() => {
    clearInterval(timer);
  });
  await during();
  await stop();
  return Math.max(longest, performance.now() - last);
}

describe('SQLite while another process has the file locked', () => {
  it('lets writes wait and succeed, and nothing else waits for them', async () => {
    const server = await startServer('sqlite');
    expect((await createToken(server)).status).toBe(200);
    const file = server.database.url.slice('sqlite:'.length);
    const root = path.resolve(import.meta.dirname, '../..');
    const holder = new Program(process.execPath, { args: ['-e', HOLDER, file], cwd: root });
    await holder.until(() => holder.stdout === 'held');
    let written = 0;
    const begun = performance.now();
    const lag = await longestLag(async () => {
      const writes = Array.from({ length: 6 }, async () => {
        expect((await createToken(server)).status).toBe(200);
        written += 1;
      });
      await delay(50);
      for (let count = 0; count < 5; count += 1) {
        expect((await send(server.baseUrl, 'GET', '/health/live')).status).toBe(200);
      }
      expect(written).toBe(0);
      await Promise.all(writes);
    });
    expect(performance.now() - begun).toBeGreaterThan(HELD_MS / 2);
    expect(lag).toBeLessThan(LAG_MS);
    expect(await holder.exited).toEqual({ code: 0, signal: null });
  });
});

describe('PostgreSQL ending connections', () => {
  it('under load fails only single requests, with 503, and never ends the process', async () => {
    const database = await createDatabase('postgres');
    const env = { DATABASE_URL: database.url, ADMIN_TOKEN: ADMIN.token, LOG_LEVEL: 'silent' };
    const server = await startProcess(env);
    let isGone = false;
    void server.exited.then(() => (isGone = true));
    const killer = await connectTo(database.url);
    const endAll = (): Promise<unknown> =>
      killer.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'latchkey'",
      );
    const statuses: number[] = [];
    for (let round = 0; round < 20; round += 1) {
      const requests = Array.from({ length: 18 }, (_, at) => (at % 3 === 0 ? listUsers(server) : createToken(server)));
      // Early in some rounds, late in others.
      for (let count = 0; count < 2; count += 1) {
        await delay(round % 5);
        await endAll();
      }
      statuses.push(...(await Promise.all(requests)).map(({ status }) => status));
    }
    expect([...new Set(statuses)].sort()).toEqual([200, 503]);
    expect(isGone).toBe(false);
    const after = await Promise.all(Array.from({ length: 20 }, () => createToken(server)));
    expect([...new Set(after.map(({ status }) => status))]).toEqual([200]);
    expect(await server.stop()).toEqual({ code: 0, signal: null });
  });
});

describe('PostgreSQL that does not respond in time', () => {
  it('has time limits on every connection, and a request that exceeds one is answered with 503', async () => {
    const server = await startServer('postgres', { DATABASE_POOL_SIZE: '2' });
    for (const limit of ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout']) {
      expect(await server.dataSource.query(`SHOW ${limit}`)).toEqual([{ [limit]: expect.stringMatching(/^\d+s$/) }]);
    }
    const runners = [server.dataSource.createQueryRunner(), server.dataSource.createQueryRunner()];
    for (const runner of runners) await runner.query("SET lock_timeout = '300ms'");
    for (const runner of runners) await runner.release();
    const other = await connectTo(server.database.url);
    await other.query('BEGIN');
    await other.query('LOCK TABLE latchkey_token IN EXCLUSIVE MODE');
    const replies = await Promise.all([createToken(server), createServiceToken(server, 'x')]);
    for (const { status, headers: sent } of replies) expect([status, sent['retry-after']]).toEqual([503, '2']);
    await other.query('ROLLBACK');
    expect((await createToken(server)).status).toBe(200);
    expect((await createServiceToken(server, 'x')).status).toBe(201);
  });
});
