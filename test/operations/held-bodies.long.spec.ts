/** The memory that 3,000 anonymous clients use by sending half of a request. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { closeLater } from '../support/closing.js';
import { createDatabase } from '../support/engines.js';
import { send } from '../support/http.js';
import { startProcess, type ServerProcess } from '../support/process.js';

const STRANGERS = 3000;
const MIB = 1_048_576;
const WARM_UP_REQUESTS = 4000;
const ADMIN_TOKEN = randomBytes(32).toString('base64url');
const PASSWORD = 'correct horse battery';

/** Resident memory of a process, in bytes (Linux). */
function residentBytes(pid: number): number {
  const [, kib] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8')) ?? [];
  return Number(kib) * 1024;
}

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

/** Opens connections that all send this, and returns when it was sent. */
async function strangers(baseUrl: string, bytes: string): Promise<void> {
  const { port, hostname } = new URL(baseUrl);
  for (let opened = 0; opened < STRANGERS; opened += 50) {
    await Promise.all(
      Array.from({ length: 50 }, async () => {
        const socket = connect(Number(port), hostname);
        sockets.push(socket);
        socket.on('error', () => undefined).resume();
        await new Promise((resolve) => socket.once('connect', resolve));
        socket.write(bytes);
      }),
    );
  }
}

/** Serves so many requests that the heap has its size: a server that has only begun would grow by 40 MiB in any case. */
async function warmUp(baseUrl: string): Promise<void> {
  for (let count = 0; count < WARM_UP_REQUESTS; count += 50)
    await Promise.all(Array.from({ length: 50 }, () => send(baseUrl, 'GET', '/health/live')));
}

const head = (path: string, length: number): string =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${String(length)}\r\n\r\n`;

describe('half-sent requests of 3,000 anonymous clients', () => {
  const started = async (): Promise<ServerProcess> => {
    const database = await createDatabase('sqlite');
    return startProcess({
      DATABASE_URL: database.url,
      ADMIN_TOKEN,
      ADMIN_PASSWORD: PASSWORD,
      BODY_TIMEOUT_SECONDS: '60',
      VERIFY_PORT: '0',
    });
  };

  const logIn = async (baseUrl: string): Promise<number> => {
    const body = JSON.stringify({ email: 'admin@example.com', password: PASSWORD });
    return (await send(baseUrl, 'POST', '/api/v1/users/login', { body })).status;
  };

  it.each([
    ['a login, all but the last bytes of it', head('/api/v1/users/login', 65_536) + 'x'.repeat(65_000)],
    ['a CRM call', head('/crmapi/rest/v2/access_tokens/list', 65_536) + 'x'.repeat(65_000)],
    ['a body over the limit', head('/api/v1/users/login', 262_144) + 'x'.repeat(261_000)],
    ['a body that only authenticated callers may send', head('/api/v1/users', 65_536) + 'x'.repeat(65_000)],
    ['a request to verify', head('/verify', 65_536) + 'x'.repeat(65_000)],
    ['headers', `GET /api/v1/users HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(15_000)}`],
  ])('%s, cost less than 100 MiB, and others are served', async (_what, bytes) => {
    const server = await started();
    closeLater(() => {
      server.kill('SIGKILL');
    });
    await warmUp(server.baseUrl);
    expect(await logIn(server.baseUrl)).toBe(200);
    const before = residentBytes(server.pid);
    await strangers(server.baseUrl, bytes);
    let most = 0;
    for (let count = 0; count < 20; count += 1) {
      most = Math.max(most, residentBytes(server.pid) - before);
      await delay(100);
    }
    process.stderr.write(`${_what}: ${String(Math.round(most / MIB))} MiB\n`);
    expect(await logIn(server.baseUrl)).toBe(200);
    const headers = { 'Private-Token': ADMIN_TOKEN };
    expect((await send(server.baseUrl, 'GET', '/verify', { headers })).status).toBe(200);
    expect(most).toBeLessThan(100 * MIB);
  });
});
