/** PostgreSQL whose processes are all stopped by a signal: it keeps every connection open and answers nothing. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { freePort } from '../support/free-port.js';
import { send, type Call } from '../support/http.js';
import { startProcess, type ServerProcess } from '../support/process.js';
import { Program } from '../support/program.js';
import { PostgresServer, UNSAFE_AND_FAST } from '../support/start-postgres.js';

// Times are measured on busy machines; a real fault fails every time.
jest.retryTimes(2);

const TOKEN = 'frozen-administrator-token-0123456789abcdef';
const bearer = { Authorization: `Bearer ${TOKEN}` };
const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
const json = (body: unknown): string => JSON.stringify(body);
const unknown = (letter: string): string => letter.repeat(43);

/** When every door has to have answered. */
const ANSWER_MS = 2000;

/** When the process has to have ended. */
const END_MS = 9000;

/** Longer than a result of the readiness check is kept, and than the pause before the next attempt to listen. */
const RECOVERY_MS = 2500;

type Door = readonly [method: string, path: string, call?: Call];

/** Everything that reads or writes the database. */
const DOORS: readonly Door[] = [
  ['GET', '/verify', { headers: { Authorization: `Bearer ${unknown('A')}` } }],
  ['POST', '/oauth2/introspect', { headers: { ...bearer, ...form }, body: `token=${unknown('B')}` }],
  ['POST', '/oauth2/revoke', { headers: { ...bearer, ...form }, body: `token=${unknown('C')}` }],
  ['GET', '/client/v4/accounts', { headers: bearer }],
  ['GET', '/client/v4/user/tokens/verify', { headers: bearer }],
  ['GET', '/api/v1/users', { headers: { 'Private-Token': TOKEN } }],
  ['GET', '/api/v1/audit-log/export-csv', { headers: { 'Private-Token': TOKEN } }],
  ['POST', '/api/v1/users/login', { body: json({ email: 'admin@example.com', password: 'wrong password' }) }],
  [
    'POST',
    '/api/v1/users/1000/access-tokens',
    { headers: { 'Private-Token': TOKEN }, body: json({ description: 'x' }) },
  ],
  [
    'POST',
    '/crmapi/rest/v2/authentication/token',
    { body: json({ username: 'admin@example.com', password: 'wrong password', organisation: 'Acme' }) },
  ],
  ['GET', '/metrics', { headers: bearer }],
  ['GET', '/health/ready'],
];

let postgres: PostgresServer;

beforeAll(async () => {
  postgres = await PostgresServer.start(UNSAFE_AND_FAST);
}, 60_000);

afterEach(() => {
  postgres.thaw();
});

const started = (env: Record<string, string> = {}): Promise<ServerProcess> =>
  startProcess({ DATABASE_URL: postgres.url, ADMIN_TOKEN: TOKEN, ACCOUNT_NAME: 'Acme', ...env });

interface Timed {
  readonly door: string;
  readonly status: number;
  readonly took: number;
  readonly text: string;
}

async function timed(baseUrl: string, [method, path, call]: Door): Promise<Timed> {
  const began = performance.now();
  const { status, text } = await send(baseUrl, method, path, call);
  return { door: `${method} ${path}`, status, took: performance.now() - began, text };
}

describe('a frozen PostgreSQL', () => {
  it('gets 503 from every door within two seconds, with the reason in readiness, and is used again when it goes on', async () => {
    const port = await freePort();
    const server = await started({ OPERATIONS_PORT: String(port) });
    postgres.freeze();
    const asked = DOORS.map((door) => timed(server.baseUrl, door));
    const operations = `http://127.0.0.1:${String(port)}`;
    const [metrics, ready] = await Promise.all([
      timed(operations, ['GET', '/metrics']),
      timed(operations, ['GET', '/health/ready']),
      ...asked,
    ]);
    for (const { door, status, took } of [ready, ...(await Promise.all(asked))]) {
      expect([door, status]).toEqual([door, 503]);
      expect([door, took < ANSWER_MS]).toEqual([door, true]);
    }
    expect(ready.text).toContain('the database does not answer');
    // What the process itself has counted is there.
    expect([metrics.status, metrics.took < ANSWER_MS]).toEqual([200, true]);
    // Nobody waits any more once it is known.
    const later = await Promise.all(DOORS.map((door) => timed(server.baseUrl, door)));
    expect(later.map(({ status }) => status)).toEqual(DOORS.map(() => 503));
    expect(Math.max(...later.map(({ took }) => took))).toBeLessThan(1000);
    postgres.thaw();
    await delay(RECOVERY_MS);
    const again = await Promise.all(DOORS.map((door) => timed(server.baseUrl, door)));
    expect(again.filter(({ status }) => status >= 500)).toEqual([]);
    expect(server.stderr().match(/PostgreSQL does not answer/g)).toHaveLength(1);
    expect(server.stderr()).toContain('the database works again');
  });

  it.each([
    ['idle', false],
    ['in the middle of requests', true],
  ])('lets a server that is %s end within nine seconds with status 0', async (_when, busy) => {
    const server = await started();
    // The use of the token waits to be written.
    expect((await send(server.baseUrl, 'GET', '/verify', { headers: bearer })).status).toBe(200);
    postgres.freeze();
    const asked = busy ? DOORS.map((door) => timed(server.baseUrl, door)) : [];
    await delay(100);
    const began = performance.now();
    server.kill('SIGTERM');
    expect(await server.exited).toEqual({ code: 0, signal: null });
    expect(performance.now() - began).toBeLessThan(END_MS);
    // Those that need no more than the token that is remembered are served.
    for (const { door, status } of await Promise.all(asked))
      expect([door, [200, 503]]).toEqual([door, expect.arrayContaining([status])]);
    expect(server.stderr()).toMatch(/Latchkey has stopped[^\n]*\n$/);
  });

  it('does not keep a server that waits for it from ending', async () => {
    postgres.freeze();
    const port = String(await freePort());
    const env = { DATABASE_URL: postgres.url, PORT: port };
    const server = new Program(process.execPath, { args: ['dist/main.js'], env });
    await server.until(() => server.stderr.includes('waiting up to'), 20_000);
    server.kill('SIGTERM');
    expect(await server.exited).toEqual({ code: 0, signal: null });
    expect(server.stderr).toContain('stopped before it served');
  });
});
