import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HealthChecks } from '../../src/core/index.js';
import { onBothEngines } from '../support/engines.js';
import { send } from '../support/http.js';
import { watchQueries } from '../support/queries.js';
import { startServer, type TestServer } from '../support/test-server.js';

/** Longer than a result is cached. */
const KEPT_MS = 1100;

onBothEngines('health', (engine) => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer(engine);
  });
  afterAll(() => server.close());

  it('live answers 200 to anyone, without a query to the database', async () => {
    const watch = watchQueries(server.dataSource);
    const reply = await send(server.baseUrl, 'GET', '/health/live');
    expect([reply.status, reply.json()]).toEqual([200, { status: 'ok' }]);
    expect(watch.statements).toEqual([]);
    watch.stop();
  });

  it('ready answers 200 to anyone, checks once for simultaneous callers, and again when the result is old', async () => {
    const watch = watchQueries(server.dataSource);
    const answers = async (): Promise<unknown[]> => {
      const calls = Array.from({ length: 50 }, () => send(server.baseUrl, 'GET', '/health/ready'));
      return (await Promise.all(calls)).map((reply) => [reply.status, reply.json()]);
    };
    const ready = Array.from({ length: 50 }, () => [200, { status: 'ok' }]);
    expect(await answers()).toEqual(ready);
    expect(watch.count(/^SELECT 1$/)).toBe(1);
    await delay(KEPT_MS);
    expect(await answers()).toEqual(ready);
    expect(watch.count(/^SELECT 1$/)).toBe(2);
    watch.stop();
  });

  it('gives the first answer and all others the same headers of helmet', async () => {
    const other = await startServer(engine);
    const answers = [1, 2, 3].map(() => send(other.baseUrl, 'GET', '/health/live'));
    for (const { headers } of await Promise.all(answers)) {
      const names = Object.keys(headers).filter((name) => name.startsWith('x-') || name.startsWith('cross-origin-'));
      expect(names.sort()).toEqual([
        'cross-origin-opener-policy',
        'cross-origin-resource-policy',
        'x-content-type-options',
        'x-dns-prefetch-control',
        'x-download-options',
        'x-frame-options',
        'x-permitted-cross-domain-policies',
        'x-request-id',
        'x-xss-protection',
      ]);
      expect(headers['content-security-policy']).toContain("default-src 'self';");
    }
    await other.close();
  });

  it('ready answers 503 while a migration is pending', async () => {
    const behind = await startServer(engine);
    await behind.dataSource.query('DELETE FROM "latchkey_migration"');
    const reply = await send(behind.baseUrl, 'GET', '/health/ready');
    expect([reply.status, reply.json()]).toEqual([503, { status: 'unavailable', reason: 'migrations are pending' }]);
  });

  it('ready lists every failure, as reported by the registered checks', async () => {
    const other = await startServer(engine);
    const checks = other.app.get(HealthChecks);
    checks.register({ name: 'the disk', check: () => Promise.resolve('the disk is full') });
    checks.register({ name: 'the clock', check: () => Promise.resolve(null) });
    checks.register({ name: 'the mail', check: () => Promise.reject(new Error('secret details')) });
    const reply = await send(other.baseUrl, 'GET', '/health/ready');
    const reason = 'the disk is full; the mail cannot be checked';
    expect([reply.status, reply.json()]).toEqual([503, { status: 'unavailable', reason }]);
    expect((await send(other.baseUrl, 'GET', '/health/live')).status).toBe(200);
    await other.close();
  });
});

describe('health without a database', () => {
  it('ready answers 503 with the reason, live still 200, and the dialect 503 with Retry-After', async () => {
    const server = await startServer('postgres');
    await server.database.drop();
    const ready = await send(server.baseUrl, 'GET', '/health/ready');
    expect(ready.status).toBe(503);
    expect(ready.json()).toEqual({ status: 'unavailable', reason: 'the database is not reachable' });
    expect((await send(server.baseUrl, 'GET', '/health/live')).status).toBe(200);
  });
});
