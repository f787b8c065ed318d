import { setTimeout as delay } from 'node:timers/promises';
import { TypeOrmModule } from '@nestjs/typeorm';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { CanvusModule, LatchkeyModule } from '../../src/index.js';
import { Connection } from '../../src/persistence/index.js';
import { createDatabase, onBothEngines, type TestDatabase } from '../support/engines.js';
import { send, type Reply } from '../support/http.js';
import { openStream } from '../support/line-stream.js';
import { ARTICLES, Article, shopDatabase, startHost, type Host } from '../support/shop.js';
import { ADMIN } from '../support/test-server.js';
import { until } from '../instances/pair.js';
import { addressOf, firstStart } from './support.js';

const AS_ADMIN = { 'Private-Token': ADMIN.token };
const OWN_TOKENS = '/api/v1/users/1000/access-tokens';

async function startCanvus(database: TestDatabase, options: Parameters<typeof LatchkeyModule.forRoot>[0] = {}) {
  const latchkey = LatchkeyModule.forRoot({ bcryptCost: 4, ...options });
  const connection = TypeOrmModule.forRoot(shopDatabase(addressOf(database)));
  const imports = [connection, latchkey, CanvusModule.forRoot({ imports: [latchkey] }), ...ARTICLES.imports];
  const host = await startHost({ ...ARTICLES, imports });
  await firstStart(host);
  return host;
}

const newToken = ({ baseUrl }: Host): Promise<Reply> =>
  send(baseUrl, 'POST', OWN_TOKENS, { headers: AS_ADMIN, body: '{"description":"a token"}' });

const newArticle = ({ baseUrl }: Host): Promise<Reply> => {
  const headers = { 'Content-Type': 'application/json' };
  return send(baseUrl, 'POST', '/articles', { headers, body: '{"name":"chair"}' });
};

onBothEngines('a host that runs', (engine) => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createDatabase(engine);
  });
  afterAll(() => database.drop());

  it('removes expired sessions always, and old audit rows if configured', async () => {
    const times = { initialDelayMs: 20, intervalMs: 20 };
    const host = await startCanvus(database, { cleanup: { ...times, auditRetentionDays: 30 } });
    const source = host.app.get(DataSource);
    await source.query(
      `INSERT INTO latchkey_token (id, kind, handle, handle_scope, secret_digest, secret_version, label, user_id, enabled,
         created_at, updated_at, expires_at, audience)
       VALUES ('old', 'session', 'old', '', '${'0'.repeat(64)}', 1, '', 1000, true, 0, 0, 1, 'user')`,
    );
    await source.query(
      `INSERT INTO latchkey_audit (created_at, action, target_type, details) VALUES (1, 'token.issued', 'token', '{}')`,
    );
    const left = async (): Promise<number> => {
      const rows = await source.query<unknown[]>(
        `SELECT handle FROM latchkey_token WHERE handle = 'old' UNION ALL
         SELECT action FROM latchkey_audit WHERE created_at = 1`,
      );
      return rows.length;
    };
    await until(async () => (await left()) === 0);
    // Newer rows stay.
    expect(await source.query('SELECT id FROM latchkey_audit')).not.toEqual([]);
  });

  it('closes while streams are open, which end after a complete line', async () => {
    const host = await startCanvus(database);
    const stream = await openStream(host.baseUrl, '/api/v1/users?subscribe', AS_ADMIN);
    await stream.line(0);
    await host.close();
    expect(await stream.ended).toBe(true);
  });

  it('writes at the same time as we do, and neither fails nor waits for long', async () => {
    const host = await startCanvus(database);
    let slowest = 0;
    const statuses = new Set<number>();
    const often = async (write: (host: Host) => Promise<Reply>): Promise<void> => {
      for (let time = 0; time < 25; time += 1) {
        const begun = performance.now();
        statuses.add((await write(host)).status);
        slowest = Math.max(slowest, performance.now() - begun);
      }
    };
    await Promise.all([newToken, newArticle, newToken, newArticle, newToken, newArticle].map(often));
    expect([...statuses].sort()).toEqual([200, 201]);
    // SQLite itself would wait up to five seconds.
    expect(slowest).toBeLessThan(4000);
  });
});

describe('a host on SQLite', () => {
  let database: TestDatabase;
  let host: Host;

  beforeAll(async () => {
    database = await createDatabase('sqlite');
    host = await startCanvus(database);
  });
  afterAll(async () => {
    await host.close();
    await database.drop();
  });

  it('rolls back a transaction of its own without losing writes acknowledged in between', async () => {
    const source = host.app.get(DataSource);
    expect(source).not.toBe(host.app.get(Connection).dataSource);
    const replies: Promise<Reply>[] = [];
    const undone = source.transaction(async (manager) => {
      replies.push(newToken(host));
      await Promise.all(replies);
      await manager.save(manager.create(Article, { name: 'never' }));
      // From here on, other writers wait.
      replies.push(newToken(host));
      await delay(100);
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    const made = (await Promise.all(replies)).map((reply) => reply.json<{ id: string }>().id);
    const listed = await send(host.baseUrl, 'GET', OWN_TOKENS, { headers: AS_ADMIN });
    expect(listed.json<{ id: string }[]>().map(({ id }) => id)).toEqual(expect.arrayContaining(made));
    expect(made).toHaveLength(2);
    expect((await send(host.baseUrl, 'GET', '/articles')).json()).toEqual([]);
  });
});
