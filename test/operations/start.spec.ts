import { existsSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../src/config/index.js';
import { HealthChecks } from '../../src/core/index.js';
import { CredentialsFile } from '../../src/standalone/first-credentials.js';
import { User } from '../../src/identity/index.js';
import { Connection } from '../../src/persistence/index.js';
import { StartError, createServer, type Server } from '../../src/standalone/server.js';
import { ignoredVariables, openInClear } from '../../src/standalone/start-warnings.js';
import { closeLater } from '../support/closing.js';
import { createSqlite, onBothEngines } from '../support/engines.js';
import { send } from '../support/http.js';
import { migratedDatabase } from '../support/templates.js';

const SETTINGS = { PORT: '0', LOG_LEVEL: 'silent', BCRYPT_COST: '4', DATABASE_WAIT_SECONDS: '0' };

async function created(url: string, env: Record<string, string> = {}): Promise<Server> {
  const server = await createServer(loadConfig({ ...SETTINGS, DATABASE_URL: url, ...env }));
  closeLater(() => server.stop());
  return server;
}

const refusalOf = (url: string, env: Record<string, string> = {}): Promise<unknown> =>
  created(url, env).then(
    () => undefined,
    (error: unknown) => error,
  );

const reasons = async ({ app }: Server): Promise<string[]> =>
  (await app.get(HealthChecks).failures()).map(({ reason }) => reason);

const users = ({ app }: Server): Promise<number> => app.get(Connection).dataSource.getRepository(User).count();

onBothEngines('a start', (engine) => {
  it('is ready when the credentials of the first administrator are valid, and not before', async () => {
    const { url } = await migratedDatabase(engine, 'standalone');
    const server = await created(url);
    expect(await reasons(server)).toEqual(['the server is starting']);
    let during: Promise<string[]> | undefined;
    const first = await server.start(() => {
      during = reasons(server);
      return () => undefined;
    });
    expect(await during).toEqual(['the server is starting: the first administrator does not exist yet']);
    expect(await reasons(server)).toEqual([]);
    const baseUrl = await server.app.getUrl();
    const headers = { 'Private-Token': first?.token.reveal() ?? '' };
    expect((await send(baseUrl, 'GET', '/health/ready')).status).toBe(200);
    expect((await send(baseUrl, 'GET', '/api/v1/users', { headers })).status).toBe(200);
    await server.drain();
    expect((await send(baseUrl, 'GET', '/health/ready')).json()).toEqual({
      status: 'unavailable',
      reason: 'the server is stopping',
    });
    expect((await send(baseUrl, 'GET', '/api/v1/users', { headers })).status).toBe(200);
  });

  it('creates nothing if the credentials cannot be handed over, and the next one is the first', async () => {
    const { url } = await migratedDatabase(engine, 'standalone');
    const server = await created(url);
    const refusal = server.start(() => {
      throw new StartError('nobody listens');
    });
    await expect(refusal).rejects.toThrow('nobody listens');
    expect(await users(server)).toBe(0);
    expect(await server.start()).toMatchObject({ email: 'admin@example.com' });
    expect(await users(server)).toBe(1);
  });

  it('refuses a schema that is newer, by one sentence with the migration, and changes nothing', async () => {
    const { url } = await migratedDatabase(engine, 'standalone');
    const server = await created(url);
    const { dataSource } = server.app.get(Connection);
    const row = `(timestamp, name) VALUES (4102444800000, 'FromTheFuture4102444800000')`;
    await dataSource.query(`INSERT INTO latchkey_migration ${row}`);
    await server.stop();
    const refusal = await refusalOf(url);
    expect(refusal).toBeInstanceOf(StartError);
    expect(String(refusal)).toMatch(
      /^Error: the schema of the .* is newer than this version of Latchkey, which does not know FromTheFuture4102444800000: start the version .*\.$/,
    );
    expect(String(refusal)).not.toContain('\n');
  });

  it('refuses an empty database if one must exist, and takes one with a schema', async () => {
    const empty = engine === 'sqlite' ? createSqlite() : await migratedDatabase(engine, 'standalone');
    if (engine === 'postgres')
      await (await created(empty.url)).app.get(Connection).dataSource.query('DROP TABLE latchkey_migration');
    const refusal = await refusalOf(empty.url, { DATABASE_MUST_EXIST: 'true' });
    expect(refusal).toBeInstanceOf(StartError);
    expect(String(refusal)).toMatch(/DATABASE_MUST_EXIST forbids to create/);
    if (empty.folder !== null) expect(existsSync(empty.name)).toBe(false);
    const { url } = await migratedDatabase(engine, 'standalone');
    expect(await refusalOf(url, { DATABASE_MUST_EXIST: 'true' })).toBeUndefined();
  });
});

describe('an SQLite file that has lost its data', () => {
  it.each([
    [
      'was removed',
      'is missing',
      (file: string): void => {
        rmSync(file);
      },
    ],
    [
      'was emptied',
      'is empty',
      (file: string): void => {
        truncateSync(file);
      },
    ],
  ])('because it %s is refused, and no new authority begins in its place', async (_how, what, lose) => {
    const { url, name } = createSqlite();
    await (await created(url)).stop();
    lose(name);
    const refusal = await refusalOf(url);
    expect(refusal).toBeInstanceOf(StartError);
    expect(String(refusal)).toContain(`the SQLite file ${name} ${what}, but a server has stored data in it before`);
    // What the message says helps.
    for (const ending of ['', '-wal', '-shm', '-server']) rmSync(name + ending, { force: true });
    expect(await refusalOf(url)).toBeUndefined();
  });
});

describe('the file of the first credentials', () => {
  const access = {
    email: 'a@b.example',
    password: 'pass',
    token: 'tok',
    accountId: 'a'.repeat(32),
    accountName: 'A "B"',
  };

  it('is JSON that only its owner can read, and is never overwritten', () => {
    const file = path.join(createSqlite().folder ?? '', 'first.json');
    const takeBack = new CredentialsFile(file).write(access);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const { email, password, token, accountId: account_id, accountName: account_name } = access;
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ email, password, token, account_id, account_name });
    takeBack();
    expect(existsSync(file)).toBe(false);
    writeFileSync(file, 'mine');
    expect(() => new CredentialsFile(file).write(access)).toThrow(/exists already: move it away.*Nothing was created/);
    expect(readFileSync(file, 'utf8')).toBe('mine');
    expect(() => new CredentialsFile(path.join(file, 'below')).write(access)).toThrow(StartError);
    expect(() => new CredentialsFile(path.join(path.dirname(file), 'no/such')).write(access)).toThrow(
      /cannot be written/,
    );
  });

  it('leaves out what variables gave', () => {
    const file = path.join(createSqlite().folder ?? '', 'first.json');
    new CredentialsFile(file).write({ ...access, password: undefined, token: '$ADMIN_TOKEN' });
    expect(Object.keys(JSON.parse(readFileSync(file, 'utf8')) as object)).toEqual([
      'email',
      'account_id',
      'account_name',
    ]);
  });
});

describe('what a start warns of', () => {
  it('are variables that only a first start uses', () => {
    const named = (env: Record<string, string>): string[] => ignoredVariables(loadConfig(env).firstStart);
    expect(named({})).toEqual([]);
    expect(named({ ADMIN_PASSWORD: 'x', ACCOUNT_NAME: 'Acme', ADMIN_PASSWORD_MIN_LENGTH: '1' })).toEqual([
      'ADMIN_PASSWORD',
      'ADMIN_PASSWORD_MIN_LENGTH',
      'ACCOUNT_NAME',
    ]);
  });

  it('is listening on all addresses in clear with no proxy in front', () => {
    const open = (env: Record<string, string>): boolean => openInClear(loadConfig(env)).length > 0;
    const hosts = ['', '10.0.0.1', '0.0.0.0', '::'];
    expect(hosts.map((HOST) => open({ HOST }))).toEqual([false, false, true, true]);
    expect(open({ HOST: '0.0.0.0', TRUST_PROXY: '1' })).toBe(false);
    expect(open({ HOST: '0.0.0.0', TLS_CERT_FILE: 'a', TLS_KEY_FILE: 'b' })).toBe(false);
    // The port of its own for verifications, which credentials go to as well.
    expect(openInClear(loadConfig({ VERIFY_PORT: '4000', VERIFY_HOST: '0.0.0.0' }))).toEqual([
      'VERIFY_HOST is 0.0.0.0',
    ]);
    expect(open({ VERIFY_HOST: '0.0.0.0' })).toBe(false);
  });
});
