import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { closeLater } from '../support/closing.js';
import { createDatabase, onBothEngines, type TestDatabase } from '../support/engines.js';
import { send, type Reply } from '../support/http.js';
import { startProcess, type ServerProcess } from '../support/process.js';

const ADMIN_TOKEN = 'Kq3-vT9wLx0ZbN7yRf2hUe5mJc8sGd1aPo6_iWtXBnE';
const ADMIN_PASSWORD = 'the-password-of-the-administrator';

/** Everything that the server stores, as one text: the files of SQLite, all rows of PostgreSQL. */
async function kept(database: TestDatabase): Promise<string> {
  if (database.folder !== null) {
    const { folder } = database;
    const files = readdirSync(folder);
    expect(files).toContain('test.sqlite-wal');
    return files.map((name) => readFileSync(path.join(folder, name), 'latin1')).join('\n');
  }
  const dataSource = await new DataSource({ type: 'postgres', url: database.url }).initialize();
  closeLater(() => dataSource.destroy());
  const tables = await dataSource.query<{ name: string }[]>(
    `SELECT "tablename" AS "name" FROM "pg_tables" WHERE "schemaname" = 'public'`,
  );
  const rows = [];
  for (const { name } of tables) rows.push(await dataSource.query<unknown[]>(`SELECT * FROM "${name}"`));
  return JSON.stringify(rows);
}

/** A secret in the encodings in which it could be written. */
function writings(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [secret, bytes.toString('hex'), bytes.toString('base64').replace(/=+$/, ''), bytes.toString('base64url')];
}

/** Uses the server in every way that involves a secret, and returns all secrets that were used. */
async function useSecrets({ baseUrl }: ServerProcess): Promise<{ secrets: string[] }> {
  const secrets = [ADMIN_TOKEN, ADMIN_PASSWORD];
  const call = async (
    status: number,
    method: string,
    address: string,
    body?: unknown,
    token = ADMIN_TOKEN,
  ): Promise<Reply> => {
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const headers = { 'Private-Token': token, Cookie: `session=${token}`, Authorization: `Bearer ${token}` };
    const reply = await send(baseUrl, method, `/api/v1${address}`, {
      headers,
      ...(text !== undefined && { body: text }),
    });
    expect([method, address, reply.status]).toEqual([method, address, status]);
    return reply;
  };
  const used = (secret: string): string => {
    secrets.push(secret);
    return secret;
  };

  const created = await call(200, 'POST', '/users/1000/access-tokens', { description: 'noted' });
  const { id, plain_token: plain } = created.json<{ id: string; plain_token: string }>();
  await call(200, 'GET', '/users', undefined, used(plain));
  await call(200, 'POST', '/users', {
    email: 'user@example.com',
    name: 'User',
    password: used('first-password-of-the-user'),
  });
  await call(200, 'POST', '/users/1001/password', { new_password: used('second-password-of-the-user') });
  const login = await call(200, 'POST', '/users/login', {
    email: 'user@example.com',
    password: 'second-password-of-the-user',
  });
  const session = used(login.json<{ token: string }>().token);
  await call(
    200,
    'POST',
    '/users/1001/password',
    {
      current_password: 'second-password-of-the-user',
      new_password: used('third-password-of-the-user'),
    },
    session,
  );
  const exchanged = await call(200, 'POST', '/users/login', { token: plain });
  used(exchanged.json<{ token: string }>().token);
  await call(401, 'POST', '/users/login', { email: 'user@example.com', password: used('a-wrong-guess-of-a-password') });
  await call(401, 'POST', '/users/login', { email: 'nobody@example.com', password: used('a-guess-for-nobody-at-all') });
  await call(401, 'POST', '/users/login', { token: used('WrongWrongWrongWrongWrongWrongWrongWrong-_0') });
  await call(400, 'POST', '/users/login', `{"email":"user@example.com","password":"${used('in-malformed-json')}`);
  await call(400, 'POST', '/users/login', { email: 'user@example.com', password: [used('in-an-array-by-mistake')] });
  await call(400, 'POST', '/users', { email: 'second@example.com', name: 1, password: used('in-a-refused-body') });
  await call(401, 'GET', '/users', undefined, used('junk-that-was-meant-to-be-a-token'));
  await call(401, 'GET', `/users?token=${used('in-the-query-of-a-request')}`, undefined, 'none');
  await call(400, 'GET', `/users/${used('PathPathPathPathPathPathPathPathPathPath-_0')}`);
  await call(404, 'GET', `/lkst_${used('0'.repeat(48))}`);
  await call(404, 'GET', `/Bearer%20${plain}/x`);
  await call(200, 'POST', '/users/logout', undefined, session);
  await call(200, 'DELETE', `/users/1000/access-tokens/${id}`);
  return { secrets };
}

onBothEngines('a secret', (engine) => {
  it('is neither in the database, nor in the log at its most verbose level', async () => {
    const database = await createDatabase(engine);
    const env = { DATABASE_URL: database.url, LOG_LEVEL: 'trace', ADMIN_TOKEN, ADMIN_PASSWORD };
    const server = await startProcess(env);
    const { secrets } = await useSecrets(server);
    // Before a clean shutdown merges and removes the write-ahead log.
    const stored = await kept(database);
    await server.stop();
    const log = server.stderr();

    // Values that must be there are found: the search works.
    for (const name of ['noted', 'user@example.com', 'nobody@example.com']) expect(stored).toContain(name);
    expect(log).toContain('/api/v1/users/login');
    expect(log).toContain('/api/v1/users/[secret]');
    expect(secrets).toHaveLength(18);

    const found = secrets.flatMap((secret) =>
      writings(secret).flatMap((text) => [
        ...(stored.includes(text) ? [`stored: ${secret}`] : []),
        ...(log.includes(text) ? [`logged: ${secret}`] : []),
        ...(server.stdout().includes(text) ? [`printed: ${secret}`] : []),
      ]),
    );
    expect(found).toEqual([]);
  });
});
