/**
 * Databases that earlier versions have made, with one token of each kind, two users, an account and audit rows. Those of
 * the first version are in `earlier/`: an SQLite file, and the plain dump of a PostgreSQL database.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, it } from '@jest/globals';
import pg from 'pg';
import { AuditRecord } from '../../src/core/index.js';
import { Connection, type Engine } from '../../src/persistence/index.js';
import { createDatabase, onBothEngines, type TestDatabase } from '../support/engines.js';
import { send } from '../support/http.js';
import { ACCOUNT, ADMIN, startServer, type TestServer } from '../support/test-server.js';

const FOLDER = path.resolve(import.meta.dirname, 'earlier');

interface Secrets {
  readonly personal: string;
  readonly session: string;
  readonly service: { readonly id: string; readonly secret: string };
  readonly crm: string;
}

const MADE = JSON.parse(readFileSync(path.join(FOLDER, 'first.json'), 'utf8')) as Record<Engine, Secrets> & {
  readonly madeAt: string;
};

/** How many migrations the first version had. */
const FIRST_MIGRATIONS = 8;

async function restored(engine: Engine): Promise<TestDatabase> {
  const database = await createDatabase(engine);
  if (engine === 'sqlite') {
    writeFileSync(database.name, gunzipSync(readFileSync(path.join(FOLDER, 'first.sqlite.gz'))));
  } else {
    const client = new pg.Client(database.url);
    await client.connect();
    await client.query(readFileSync(path.join(FOLDER, 'first.sql'), 'utf8'));
    await client.end();
  }
  return database;
}

/** The statuses of what each secret and each login may do. */
async function accepted({ baseUrl }: TestServer, secrets: Secrets): Promise<Record<string, number>> {
  const { personal, session, service, crm } = secrets;
  const verify = (headers: Record<string, string>): Promise<number> =>
    send(baseUrl, 'GET', `/verify?account=${ACCOUNT.id}`, { headers }).then(({ status }) => status);
  const login = (email: string, password: string): Promise<number> =>
    send(baseUrl, 'POST', '/api/v1/users/login', { body: JSON.stringify({ email, password }) }).then(
      ({ status }) => status,
    );
  const users = (token: string): Promise<number> =>
    send(baseUrl, 'GET', '/api/v1/users', { headers: { 'Private-Token': token } }).then(({ status }) => status);
  const list = await send(baseUrl, 'GET', `/crmapi/rest/v2/access_tokens/list?token=${crm}&number=5`);
  return {
    service: await verify({ 'CF-Access-Client-Id': service.id, 'CF-Access-Client-Secret': service.secret }),
    wrong: await verify({ 'CF-Access-Client-Id': service.id, 'CF-Access-Client-Secret': `${service.secret}x` }),
    admin: await users(ADMIN.token),
    personal: await users(personal),
    session: await users(session),
    crm: list.json<{ status: { code: string } }>().status.code === 'OK' ? 200 : 0,
    crmTokens: list.json<{ data: unknown[] }>().data.length,
    administrator: await login(ADMIN.email, ADMIN.password),
    user: await login('ann@example.com', 'ann has a password'),
  };
}

const ALL = {
  service: 200,
  wrong: 401,
  admin: 200,
  personal: 200,
  session: 200,
  crm: 200,
  crmTokens: 1,
  administrator: 200,
  user: 200,
};

onBothEngines('a database of the first version', (engine) => {
  it('is brought up to date by a start: the same secrets and logins are accepted, and no row of the audit log is lost', async () => {
    const database = await restored(engine);
    const server = await startServer(engine, {}, database);
    server.clock.freeze(new Date(MADE.madeAt));
    expect(await accepted(server, MADE[engine])).toEqual(ALL);
    const { dataSource } = server;
    expect(await dataSource.getRepository(AuditRecord).countBy({ action: 'token.issued' })).toBeGreaterThanOrEqual(4);
    expect((await dataSource.driver.createSchemaBuilder().log()).upQueries).toEqual([]);
  });

  it('can go back to its schema and forward again, and still has everything', async () => {
    const database = await restored(engine);
    const server = await startServer(engine, {}, database);
    const { dataSource } = server.app.get(Connection);
    const done = async (): Promise<number> =>
      (await dataSource.query<unknown[]>('SELECT name FROM latchkey_migration')).length;
    const all = await done();
    while ((await done()) > FIRST_MIGRATIONS) await dataSource.undoLastMigration({ transaction: 'each' });
    await server.stop();
    const again = await startServer(engine, {}, database);
    again.clock.freeze(new Date(MADE.madeAt));
    expect((await again.dataSource.query<unknown[]>('SELECT name FROM latchkey_migration')).length).toBe(all);
    expect(await accepted(again, MADE[engine])).toEqual(ALL);
  });
});
