import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { createDatabase, onBothEngines, type TestDatabase } from '../support/engines.js';
import { send } from '../support/http.js';
import { runToEnd, startProcess, type ServerProcess } from '../support/process.js';

const run = promisify(execFile);

onBothEngines('the first start', (engine) => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await createDatabase(engine);
  });

  const start = (env: Record<string, string> = {}): Promise<ServerProcess> =>
    startProcess({ DATABASE_URL: database.url, LOG_LEVEL: 'trace', ...env });

  /** The printed command for an address that ends with this. */
  const curlCommand = (text: string, address: string): string =>
    text.split('\n').find((line) => line.startsWith('  curl ') && line.endsWith(address)) ?? '';

  it('prints the credentials once, to the terminal and not to the log; later starts print none', async () => {
    const first = await start();
    const [, password = ''] = /^ *password +(\S+)$/m.exec(first.stdout()) ?? [];
    const [, token = ''] = /^ *access token +(\S+)$/m.exec(first.stdout()) ?? [];
    expect(password.length).toBeGreaterThanOrEqual(20);
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);

    const body = JSON.stringify({ email: 'admin@example.com', password });
    expect((await send(first.baseUrl, 'POST', '/api/v1/users/login', { body })).status).toBe(200);
    const headers = { 'Private-Token': token };
    expect((await send(first.baseUrl, 'GET', '/api/v1/users', { headers })).status).toBe(200);
    await first.stop();
    expect(first.stderr()).toContain('/api/v1/users/login');

    const second = await start();
    expect((await send(second.baseUrl, 'GET', '/api/v1/users', { headers })).status).toBe(200);
    await second.stop();
    expect(second.stdout()).toMatch(
      /^Latchkey is ready: http:\/\/\S+ \(console: \S+\/console\/, documentation: \S+\/docs, database: the .+\)\n$/,
    );
    for (const text of [first.stderr(), second.stderr(), second.stdout()]) {
      expect(text).not.toContain(password);
      expect(text).not.toContain(token);
    }
  });

  it('prints a command for each dialect that works unchanged, in bash with curl', async () => {
    const server = await start();
    const text = server.stdout();
    const answer = async (address: string): Promise<string> =>
      (await run('bash', ['-c', curlCommand(text, address)])).stdout;

    const { plain_token: token } = JSON.parse(await answer('/access-tokens')) as { plain_token: string };
    const reply = await send(server.baseUrl, 'GET', '/api/v1/users/1000/access-tokens', {
      headers: { 'Private-Token': token },
    });
    expect(reply.status).toBe(200);
    expect(reply.json<{ description: string }[]>().map(({ description }) => description)).toContain('Second token');

    const created = JSON.parse(await answer('/service_tokens')) as { result: { client_secret: string } };
    expect(created.result.client_secret).toMatch(/^lkst_/);

    const login = JSON.parse(await answer('/authentication/token')) as { data: { token: string } };
    const query = `?token=${login.data.token}&number=1`;
    const listed = await send(server.baseUrl, 'GET', `/crmapi/rest/v2/access_tokens/list${query}`);
    expect(listed.json()).toEqual({ status: { code: 'OK', description: '', message: '' }, data: [] });
  });

  it('uses the given values, prints the names of their variables instead, and the command works with them', async () => {
    const given = {
      ADMIN_EMAIL: 'boss@example.com',
      ADMIN_PASSWORD: 'given by the environment',
      ADMIN_TOKEN: 'Zr4_bM1xQw8-KtV6nHy3Lc0eGs7pDf2uAo9jIiYhXkU',
      ACCOUNT_ID: '0123456789abcdef0123456789abcdef',
      ACCOUNT_NAME: `Given & Son's "A"`,
    };
    const server = await start(given);
    expect(server.stdout()).not.toContain(given.ADMIN_PASSWORD);
    expect(server.stdout()).not.toContain(given.ADMIN_TOKEN);
    expect(server.stdout()).toContain(`${given.ACCOUNT_NAME} (${given.ACCOUNT_ID})`);
    const answer = async (address: string): Promise<unknown> => {
      const command = curlCommand(server.stdout(), address);
      return JSON.parse((await run('bash', ['-c', command], { env: { ...process.env, ...given } })).stdout);
    };
    expect(await answer('/access-tokens')).toHaveProperty('plain_token');
    expect(await answer('/service_tokens')).toHaveProperty('result.client_secret');
    expect(await answer('/authentication/token')).toHaveProperty('data.token');
    const body = JSON.stringify({ email: given.ADMIN_EMAIL, password: given.ADMIN_PASSWORD });
    expect((await send(server.baseUrl, 'POST', '/api/v1/users/login', { body })).status).toBe(200);
  });
});

describe('a start that cannot succeed', () => {
  it('lists every invalid setting on the error stream, without secrets, and exits with 1', async () => {
    const ended = await runToEnd({
      PORT: '70000',
      BCRYPT_COST: 'twelve',
      DATABASE_URL: 'mysql://root:hunter2@localhost/x',
      ADMIN_TOKEN: 'hunter2',
      LOG_LEVEL: 'loud',
    });
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    for (const name of ['PORT', 'BCRYPT_COST', 'DATABASE_URL', 'ADMIN_TOKEN', 'LOG_LEVEL']) {
      expect(ended.stderr).toMatch(new RegExp(`^ *${name} `, 'm'));
    }
    expect(ended.stderr).toContain('5 settings are not valid');
    expect(ended.stderr).not.toContain('hunter2');
    expect(ended.stderr).not.toMatch(/^ +at /m);
  });

  it('because the database does not exist or is invalid exits with 1 and a reason, without secrets', async () => {
    const url = new URL(process.env.TEST_DATABASE_URL ?? '');
    url.pathname = '/no_such_database';
    for (const DATABASE_URL of [url.href, 'sqlite:/etc/hostname', 'sqlite:/etc/hostname/x.sqlite']) {
      const ended = await runToEnd({ DATABASE_URL, PORT: '0' });
      expect(ended).toMatchObject({ code: 1, stdout: '' });
      expect(ended.stderr).toMatch(/^Latchkey cannot start: DATABASE_URL is .*: .*set another DATABASE_URL/m);
      expect(ended.stderr).not.toContain(`:${url.password}@`);
    }
  });

  it('because the port is in use exits with 1 and a reason, and the next start shows the credentials', async () => {
    const database = await createDatabase('sqlite');
    const other = await createDatabase('sqlite');
    const first = await startProcess({ DATABASE_URL: database.url });
    const ended = await runToEnd({ DATABASE_URL: other.url, PORT: new URL(first.baseUrl).port, BCRYPT_COST: '4' });
    await first.stop();
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toMatch(/^Latchkey cannot start: PORT \d+ is already in use by another program/m);
    // Nothing is lost: the start that succeeds is the first.
    const second = await startProcess({ DATABASE_URL: other.url });
    expect(second.stdout()).toMatch(/^ *access token +[A-Za-z0-9_-]{43}$/m);
  });
});

describe('a start with misspelt settings', () => {
  it('warns about each on the error stream, and about nothing else', async () => {
    const server = await startProcess({
      DATABASE_URL: 'sqlite::memory:',
      LOG_LEVL: 'hunter2',
      PATH: '/bin',
      HOME: '/',
    });
    await server.stop();
    const warnings = server
      .stderr()
      .split('\n')
      .filter((line) => line.includes('"level":40'));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(
      '"LOG_LEVL is ignored: Latchkey has no setting of that name; did you mean LOG_LEVEL?"',
    );
    expect(server.stderr()).not.toContain('hunter2');
  });
});

describe('the files of a SQLite server', () => {
  it('are accessible only to its own user', async () => {
    const database = await createDatabase('sqlite');
    await startProcess({ DATABASE_URL: database.url });
    const file = path.join(database.folder ?? '', 'test.sqlite');
    for (const name of [file, `${file}-wal`]) expect(statSync(name).mode & 0o077).toBe(0);
  });
});
