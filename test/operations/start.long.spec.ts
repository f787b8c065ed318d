/** Starts of the compiled server that go wrong, and starts whose output nobody takes. */
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { closeLater } from '../support/closing.js';
import { connectTo, createDatabase, createSqlite, onBothEngines } from '../support/engines.js';
import { freePort } from '../support/free-port.js';
import { send } from '../support/http.js';
import { runToEnd, startProcess } from '../support/process.js';
import { Program } from '../support/program.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** The server with its output somewhere else. */
const redirected = (where: string, env: Record<string, string>): Program =>
  new Program('sh', {
    args: ['-c', `exec "$NODE" dist/main.js ${where}`],
    cwd: ROOT,
    withDescendants: true,
    env: { NODE: process.execPath, BCRYPT_COST: '4', ...env },
  });

async function untilReady(port: number): Promise<void> {
  for (let tries = 0; tries < 400; tries += 1) {
    const reply = await send(`http://127.0.0.1:${String(port)}`, 'GET', '/health/ready').catch(() => undefined);
    if (reply?.status === 200) return;
    await delay(50);
  }
  throw new Error('the server did not become ready');
}

describe('a port that is taken', () => {
  it('ends the start before a database is created and anything is said to be started', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    closeLater(() => {
      other.close();
    });
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const { url, name } = createSqlite();
    for (const env of [
      { PORT: String(port), HOST: '127.0.0.1' },
      { PORT: '0', VERIFY_PORT: String(port) },
    ] as Record<string, string>[]) {
      const ended = await runToEnd({ DATABASE_URL: url, ...env });
      expect(ended).toMatchObject({ code: 1, stdout: '' });
      expect(ended.stderr).toMatch(
        /^Latchkey cannot start: (VERIFY_)?PORT \d+ is already in use by another program.*\n$/,
      );
      expect(existsSync(name)).toBe(false);
    }
  });
});

describe('a log that cannot be written', () => {
  it.each(['2>/dev/full', '2>&-', '2>/dev/full LOG_FORMAT=pretty'])('does not end the server: %s', async (where) => {
    const [target = '', format] = where.split(' LOG_FORMAT=');
    const port = await freePort();
    const env = {
      DATABASE_URL: createSqlite().url,
      PORT: String(port),
      LOG_LEVEL: 'trace',
      ...(format && { LOG_FORMAT: format }),
    };
    const server = redirected(target, env);
    await untilReady(port);
    for (let count = 0; count < 20; count += 1) {
      expect((await send(`http://127.0.0.1:${String(port)}`, 'GET', '/api/v1/users')).status).toBe(401);
    }
    server.kill('SIGTERM');
    expect(await server.exited).toEqual({ code: 0, signal: null });
  });

  it('because nobody reads the pipe holds nothing up', async () => {
    const port = await freePort();
    const env = { DATABASE_URL: createSqlite().url, PORT: String(port), LOG_LEVEL: 'trace' };
    // The reader of the pipe sleeps.
    const server = redirected('2>&1 >/dev/null | sleep 60', env);
    await untilReady(port);
    for (let count = 0; count < 1500; count += 1) {
      expect((await send(`http://127.0.0.1:${String(port)}`, 'GET', '/api/v1/users')).status).toBe(401);
    }
    server.kill('SIGKILL');
  });
});

describe('first credentials that nobody could read', () => {
  it('are not created', async () => {
    const { url } = createSqlite();
    const failed = redirected('>/dev/full', { DATABASE_URL: url, PORT: '0' });
    expect(await failed.exited).toEqual({ code: 1, signal: null });
    expect(failed.stderr).toMatch(/the credentials of the first start cannot be printed .* so nothing was created/);
    const next = await startProcess({ DATABASE_URL: url });
    expect(next.stdout()).toMatch(/^ *access token +[A-Za-z0-9_-]{43}$/m);
  });

  it('are in a file instead if there is one, and then neither printed nor logged', async () => {
    const { url, folder } = createSqlite();
    const file = path.join(folder ?? '', 'first.json');
    const server = await startProcess({ DATABASE_URL: url, FIRST_CREDENTIALS_FILE: file, LOG_LEVEL: 'trace' });
    const { password, token } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
    const headers = { 'Private-Token': token ?? '' };
    expect((await send(server.baseUrl, 'GET', '/api/v1/users', { headers })).status).toBe(200);
    await server.stop();
    for (const text of [server.stdout(), server.stderr()]) {
      expect(text).not.toContain(password);
      expect(text).not.toContain(token);
    }
    expect(server.stdout()).toContain(file);
    const other = createSqlite();
    const refused = await runToEnd({ DATABASE_URL: other.url, FIRST_CREDENTIALS_FILE: file, PORT: '0' });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/FIRST_CREDENTIALS_FILE is .* exists already/);
  });
});

onBothEngines('a start and a stop', (engine) => {
  it('are a line each, with version, address, database and instances', async () => {
    const database = await createDatabase(engine);
    const server = await startProcess({ DATABASE_URL: database.url });
    await server.stop();
    const lines = server
      .stderr()
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { msg: string }).msg);
    expect(lines).toEqual([
      expect.stringMatching(
        /^Latchkey \d+\.\d+\.\d+ listens on http:\/\/127\.0\.0\.1:\d+, database: the .* \(new\), instances: 1$/,
      ),
      'stopping',
      'Latchkey has stopped',
    ]);
    expect(lines[0]).toContain(database.name);
    expect(lines[0]).not.toContain('latchkey:latchkey@');
  });
});

describe('a PostgreSQL that is not there yet', () => {
  it('is waited for with one line, while the server is alive and says what it lacks', async () => {
    const database = await createDatabase('postgres');
    const proxy = await TcpProxy.to(database.url);
    proxy.cut();
    const port = await freePort();
    const server = redirected('', { DATABASE_URL: proxy.url, PORT: String(port) });
    const baseUrl = `http://127.0.0.1:${String(port)}`;
    await server.until(() => server.stderr.includes('waiting up to'));
    await delay(1500);
    expect((await send(baseUrl, 'GET', '/health/live')).status).toBe(200);
    const ready = await send(baseUrl, 'GET', '/health/ready');
    expect([ready.status, ready.json()]).toEqual([
      503,
      { status: 'unavailable', reason: 'the server is starting: the database cannot be reached yet' },
    ]);
    expect((await send(baseUrl, 'GET', '/verify')).status).toBe(503);
    proxy.mend();
    await untilReady(port);
    expect(server.stderr.match(/waiting up to/g)).toHaveLength(1);
    expect(await (await connectTo(database.url)).query('SELECT 1 FROM latchkey_user')).toMatchObject({ rowCount: 1 });
    await server.stop();
  });

  it('ends the start when the time is over', async () => {
    const ended = await runToEnd({
      DATABASE_URL: 'postgres://u:hunter2@nowhere.invalid/db',
      DATABASE_WAIT_SECONDS: '1',
      PORT: '0',
    });
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/waiting up to 1 s for the PostgreSQL database db on nowhere\.invalid:5432/);
    expect(ended.stderr).toMatch(
      /^Latchkey cannot start: DATABASE_URL is the PostgreSQL database db on nowhere\.invalid:5432, which cannot/m,
    );
    expect(ended.stderr).not.toContain('hunter2');
  });
});
