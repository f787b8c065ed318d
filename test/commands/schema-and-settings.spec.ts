/** The commands about the schema and the settings, and what they refuse. */
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { loadConfig } from '../../src/config/index.js';
import { dataSourceOptions } from '../../src/persistence/index.js';
import { MIGRATIONS, SCHEMA } from '../../src/schema.js';
import { closeLater } from '../support/closing.js';
import { createDatabase, createSqlite, onBothEngines, type TestDatabase } from '../support/engines.js';
import { migratedDatabase } from '../support/templates.js';
import { startServer } from '../support/test-server.js';
import { latchkey } from './support.js';

const LAST = MIGRATIONS.at(-1)?.name ?? '';

async function connectionTo({ url }: TestDatabase): Promise<DataSource> {
  const { address } = loadConfig({ DATABASE_URL: url }).database;
  const dataSource = await new DataSource(dataSourceOptions(address, 2, SCHEMA)).initialize();
  closeLater(() => dataSource.destroy());
  return dataSource;
}

onBothEngines('latchkey migrate', (engine) => {
  it('shows the schema, reverts the last migration, and runs it again', async () => {
    const database = await migratedDatabase(engine, 'standalone');
    const status = async (): Promise<unknown> => {
      const { code, ...result } = await latchkey(database, ['migrate', 'status', '--json']);
      const { applied, pending } = result.json<{ applied: string[]; pending: string[] }>();
      return { code, applied: applied.length, pending };
    };
    expect(await status()).toEqual({ code: 0, applied: MIGRATIONS.length, pending: [] });

    expect(await latchkey(database, ['migrate', 'down'])).toMatchObject({ code: 0, out: `reverted ${LAST}\n` });
    expect(await status()).toEqual({ code: 1, applied: MIGRATIONS.length - 1, pending: [LAST] });
    expect((await latchkey(database, ['user', 'list'])).err).toMatch(
      /^the schema of the database is older than this version \(1 migrations are pending\): start the server, or run/,
    );

    expect(await latchkey(database, ['migrate', 'up'])).toMatchObject({ code: 0, out: `ran ${LAST}\n` });
    expect(await latchkey(database, ['migrate', 'up'])).toMatchObject({ code: 0, out: 'Nothing was pending.\n' });
    expect(await status()).toEqual({ code: 0, applied: MIGRATIONS.length, pending: [] });
  });

  it('reverts nothing while a server runs, and leaves it alone', async () => {
    const server = await startServer(engine);
    expect((await latchkey(server.database, ['migrate', 'up'])).out).toBe('Nothing was pending.\n');
    const { code, err } = await latchkey(server.database, ['migrate', 'down']);
    expect(code).toBe(1);
    expect(err).toMatch(engine === 'sqlite' ? /is in use by process .*: stop that server first/ : /stop all of them/);
    expect((await latchkey(server.database, ['migrate', 'status'])).code).toBe(0);
  });

  it('makes an empty database ready, and other commands say what is missing there', async () => {
    const database = await createDatabase(engine);
    if (engine === 'sqlite') await connectionTo(database);
    const none = await latchkey(database, ['user', 'list']);
    expect(none).toMatchObject({ code: 3, out: '' });
    expect(none.err).toBe('the database has no schema of Latchkey yet: start the server first\n');
    expect((await latchkey(database, ['migrate', 'up'])).code).toBe(0);
    const words = ['admin', 'create', 'a@example.com', '--generate'];
    expect((await latchkey(database, words)).err).toMatch(/^the server has not been started on this database yet/);
  });

  it('touches no schema of a newer version', async () => {
    const database = await migratedDatabase(engine, 'standalone');
    const connection = await connectionTo(database);
    await connection.query(
      `INSERT INTO latchkey_migration ("timestamp", "name") VALUES (1999999999999, 'Later1999999999999')`,
    );
    for (const words of ['migrate up', 'migrate down', 'token list', 'admin unlock']) {
      const { code, err } = await latchkey(database, words.split(' '));
      expect(code).not.toBe(0);
      expect(err).toMatch(/does not know \(Later1999999999999\): it belongs to a newer version of Latchkey/);
    }
  });
});

describe('a database that cannot be used', () => {
  it('is named, with exit code 3, and none is created', async () => {
    const { folder } = createSqlite();
    const file = path.join(folder ?? '', 'not-there.sqlite');
    for (const words of ['user list', 'migrate status', 'migrate up', 'admin create-token']) {
      const { code, err } = await latchkey({ url: `sqlite:${file}` }, words.split(' '));
      expect([code, err]).toEqual([
        3,
        `there is no file ${file}: set DATABASE_URL, or run the command in the directory of the server\n`,
      ]);
    }
    expect((await latchkey({ url: 'sqlite::memory:' }, ['user', 'list'])).err).toContain('in memory');
    const gone = await latchkey({ url: 'postgres://me:word@127.0.0.1:1/x' }, ['user', 'list']);
    expect(gone.code).toBe(3);
    expect(gone.err).toMatch(/^the PostgreSQL database x on 127.0.0.1:1 cannot be used \(.*ECONNREFUSED/);
    expect(gone.err).not.toContain('word');
  });
});

describe('latchkey config', () => {
  const env = { ADMIN_PASSWORD: 'the first password', ADMIN_TOKEN: 'x'.repeat(43), LOG_LEVEL: 'warn' };
  const url = 'postgres://me:the-word@db/x?sslpassword=other-word&sslmode=require';

  it('shows each setting with its source, and no secret', async () => {
    const { code, ...result } = await latchkey({ url }, ['config', '--json'], { env });
    expect(code).toBe(0);
    const { settings } = result.json<{ settings: { name: string; value: string; source: string }[] }>();
    const of = (name: string): unknown => settings.find((setting) => setting.name === name);
    expect(of('DATABASE_URL')).toEqual({
      name: 'DATABASE_URL',
      value: 'postgres://me:***@db/x?sslpassword=***&sslmode=require',
      source: 'environment',
    });
    expect(of('ADMIN_PASSWORD')).toEqual({ name: 'ADMIN_PASSWORD', value: '***', source: 'environment' });
    expect(of('LOG_LEVEL')).toEqual({ name: 'LOG_LEVEL', value: 'warn', source: 'environment' });
    expect(of('PORT')).toEqual({ name: 'PORT', value: '3000', source: 'default' });
    expect(of('ACCOUNT_ID')).toEqual({ name: 'ACCOUNT_ID', value: null, source: 'default' });
    for (const secret of ['the-word', 'other-word', 'the first password', env.ADMIN_TOKEN]) {
      expect(result.out).not.toContain(secret);
    }
  });

  it('says that the command line was meant, and what is not valid', async () => {
    const text = await latchkey({ url }, ['config', '--database', 'sqlite:x'], { env: { PORT: 'x' } });
    expect(text.code).toBe(1);
    expect(text.out).toMatch(/^ {2}DATABASE_URL +command line +sqlite:x$/m);
    expect(text.err).toContain('PORT is "x"');
  });
});
