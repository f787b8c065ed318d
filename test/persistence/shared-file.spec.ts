/** An SQLite file belongs to one server and one user of the machine, and changes of other processes count at once. */
import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../src/config/index.js';
import { createServer } from '../../src/standalone/server.js';
import { createDatabase, type TestDatabase } from '../support/engines.js';
import { openStream } from '../support/line-stream.js';
import { send } from '../support/http.js';
import { ACCOUNT, ADMIN, startInHost, startServer, type TestServer } from '../support/test-server.js';

const PERSONAL = { 'Private-Token': ADMIN.token };

const FOREIGN_COMMITS = 500;

/** Another process, as far as SQLite can tell: a connection of its own. */
function anotherProcess(server: TestServer): Database.Database {
  return new Database(server.database.name, { timeout: 5000 });
}

const status = async (server: TestServer, rule = ''): Promise<number> =>
  (await send(server.baseUrl, 'GET', `/verify?${rule}`, { headers: PERSONAL })).status;

describe('a change that another process commits', () => {
  let server: TestServer;
  let other: Database.Database;

  beforeEach(async () => {
    server = await startServer('sqlite');
    other = anotherProcess(server);
  });
  afterEach(() => {
    other.close();
  });

  it('takes effect with the next verification', async () => {
    const enable = other.prepare('UPDATE latchkey_token SET enabled = ?');
    const seen: number[] = [];
    for (let round = 0; round < FOREIGN_COMMITS; round += 1) {
      enable.run(round % 2);
      seen.push(await status(server), await status(server));
    }
    const expected = Array.from({ length: FOREIGN_COMMITS }, (_, round) => (round % 2 ? [200, 200] : [401, 401]));
    expect(seen).toEqual(expected.flat());
  });

  it('counts for the owner of a token', async () => {
    expect(await status(server)).toBe(200);
    other.exec('UPDATE latchkey_user SET blocked = 1');
    expect(await status(server)).toBe(401);
  });

  it('counts for memberships and for the number of accounts', async () => {
    const rule = `member_of=${ACCOUNT.id}&role=administrator`;
    expect([await status(server), await status(server, rule)]).toEqual([200, 200]);
    other.exec(`UPDATE latchkey_membership SET role = 'read_only'`);
    expect([await status(server), await status(server, rule)]).toEqual([200, 403]);
    other.exec(
      `INSERT INTO latchkey_account SELECT '${'b'.repeat(32)}', 'Bravo', created_at, updated_at FROM latchkey_account`,
    );
    expect([await status(server), await status(server, `account=${ACCOUNT.id}`)]).toEqual([403, 403]);
  });

  it('ends the streams of those who may no longer read', async () => {
    const stream = await openStream(
      server.baseUrl,
      `/api/v1/users/${String(ADMIN.id)}/access-tokens?subscribe`,
      PERSONAL,
    );
    await stream.line(0);
    other.exec('DELETE FROM latchkey_token');
    await stream.ended;
  });
});

it('answers from memory while only this process commits', async () => {
  const server = await startServer('sqlite');
  expect(await status(server)).toBe(200);
  await server.dataSource.query('UPDATE latchkey_token SET label = label');
  // Another process would have to commit for this to be seen; the writer's own statements are delivered as changes.
  await server.dataSource.query('UPDATE latchkey_token SET enabled = 0');
  expect(await status(server)).toBe(200);
});

describe('the files of a database', () => {
  const modes = (database: TestDatabase): string[] => {
    const folder = path.dirname(database.name);
    return readdirSync(folder).map((name) => `${name} ${(statSync(path.join(folder, name)).mode & 0o777).toString(8)}`);
  };
  const PRIVATE = ['test.sqlite 600', 'test.sqlite-server 600', 'test.sqlite-shm 600', 'test.sqlite-wal 600'];

  it.each([
    ['the standalone server', async () => startServer('sqlite', {}, await createDatabase('sqlite'))],
    ['a host', () => startInHost('sqlite')],
  ])('are readable by their owner only when %s opens them', async (_who, start) => {
    const before = process.umask(0o022);
    try {
      const server = await start();
      expect(modes(server.database)).toEqual(PRIVATE);
    } finally {
      process.umask(before);
    }
  });

  it('lose the rights of others', async () => {
    const database = await createDatabase('sqlite');
    const old = new Database(database.name);
    old.pragma('journal_mode = WAL');
    old.exec('CREATE TABLE host (id INTEGER)');
    for (const ending of ['', '-wal', '-shm']) chmodSync(`${database.name}${ending}`, 0o664);
    const server = await startServer('sqlite', {}, database);
    old.close();
    expect(modes(server.database)).toEqual(PRIVATE);
  });
});

it('makes the folders of a file that do not exist', async () => {
  const { folder } = await createDatabase('sqlite');
  const file = path.join(folder ?? '', 'a', 'b', 'new.sqlite');
  const server = await createServer(loadConfig({ DATABASE_URL: `sqlite:${file}`, PORT: '0', LOG_LEVEL: 'silent' }));
  await server.stop();
  expect(statSync(path.dirname(file)).mode & 0o777).toBe(0o700);
});

describe('a second server on the same file', () => {
  const second = (server: TestServer): Promise<unknown> =>
    createServer(loadConfig({ DATABASE_URL: server.database.url, PORT: '0', LOG_LEVEL: 'silent' }));

  it('is refused, with the process that has the file', async () => {
    const server = await startServer('sqlite');
    await expect(second(server)).rejects.toThrow(
      new RegExp(
        `^the SQLite file .*test\\.sqlite is in use by process ${String(process.pid)} on .*: stop that server first`,
      ),
    );
    expect(await status(server)).toBe(200);
  });

  it('does not loosen the claim for other processes by trying', async () => {
    const server = await startServer('sqlite');
    await expect(second(server)).rejects.toThrow(/in use by process/);
    const claim = `new (require('better-sqlite3'))(process.argv[1], { timeout: 0 }).exec('BEGIN IMMEDIATE')`;
    const words = ['-e', claim, `${server.database.name}-server`];
    const other = spawnSync(process.execPath, words, {
      encoding: 'utf8',
      cwd: path.resolve(import.meta.dirname, '../..'),
    });
    expect(other.stderr).toContain('SQLITE_BUSY');
  });

  it('may follow as soon as the first has stopped', async () => {
    const server = await startServer('sqlite');
    await server.stop();
    await (await startServer('sqlite', {}, server.database)).stop();
  });

  it('may follow when the first start has failed', async () => {
    const database = await createDatabase('sqlite');
    writeFileSync(
      database.name,
      'not a database, but a text that is long enough to have a header of its own, and more of it',
    );
    await expect(startServer('sqlite', {}, database)).rejects.toThrow(/which cannot be used/);
    writeFileSync(database.name, '');
    await startServer('sqlite', {}, database);
  });
});
