import { describe, expect, it } from '@jest/globals';
import { onBothEngines } from '../support/engines.js';
import { send } from '../support/http.js';
import { watchQueries } from '../support/queries.js';
import { startServer } from '../support/test-server.js';

/** Longer than an answer is kept. */
const KEPT_MS = 1100;

onBothEngines('health', (engine) => {
  it('live answers 200 to anybody and asks the database nothing', async () => {
    const server = await startServer(engine);
    const watch = watchQueries(server.dataSource);
    const reply = await send(server.baseUrl, 'GET', '/health/live');
    expect([reply.status, reply.json()]).toEqual([200, { status: 'ok' }]);
    expect(watch.statements).toEqual([]);
    await server.close();
  });

  it('ready answers 200 to anybody when the database is reachable and migrated', async () => {
    const server = await startServer(engine);
    const reply = await send(server.baseUrl, 'GET', '/health/ready');
    expect([reply.status, reply.json()]).toEqual([200, { status: 'ok' }]);
    await server.close();
  });

  it('ready answers 503 while a migration is pending', async () => {
    const server = await startServer(engine);
    await server.dataSource.query('DELETE FROM "latchkey_migration"');
    const reply = await send(server.baseUrl, 'GET', '/health/ready');
    expect([reply.status, reply.json()]).toEqual([503, { status: 'unavailable', reason: 'migrations are pending' }]);
    await server.close();
  });

  it('ready asks once for any number of callers at the same time, and once more when the answer is old', async () => {
    const server = await startServer(engine);
    const watch = watchQueries(server.dataSource);
    const statuses = async (): Promise<number[]> => {
      const calls = Array.from({ length: 50 }, () => send(server.baseUrl, 'GET', '/health/ready'));
      return [...new Set((await Promise.all(calls)).map(({ status }) => status))];
    };
    expect(await statuses()).toEqual([200]);
    expect(watch.count(/^SELECT 1$/)).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, KEPT_MS));
    expect(await statuses()).toEqual([200]);
    expect(watch.count(/^SELECT 1$/)).toBe(2);
    await server.close();
  });
});

describe('health without a database', () => {
  it('ready answers 503 and says why, live still 200, and the dialect 503 with Retry-After', async () => {
    const server = await startServer('postgres');
    await server.database.drop();
    const ready = await send(server.baseUrl, 'GET', '/health/ready');
    expect(ready.status).toBe(503);
    expect(ready.json()).toEqual({ status: 'unavailable', reason: 'the database is not reachable' });
    expect((await send(server.baseUrl, 'GET', '/health/live')).status).toBe(200);
    await server.app.close();
  });
});
