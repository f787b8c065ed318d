/** The limits of connections, the separate listener of /verify, and requests that HTTP forbids. */
import { connect, type AddressInfo } from 'node:net';
import { Logger } from '@nestjs/common';
import { afterEach, describe, expect, it } from '@jest/globals';
import { DataPlaneModule, LatchkeyModule } from '../../src/index.js';
import { createServer, type Server } from '../../src/standalone/server.js';
import { loadConfig } from '../../src/config/index.js';
import { VerifyServer } from '../../src/data-plane/index.js';
import { Recorder } from '../support/channels.js';
import { closeLater, destroyLater } from '../support/closing.js';
import { freePort } from '../support/free-port.js';
import { send, sendBytes } from '../support/http.js';
import { RawConnection } from '../support/raw-connection.js';
import { startHost } from '../support/shop.js';
import { ADMIN, startServer } from '../support/test-server.js';

const AS_ADMIN = { 'Private-Token': ADMIN.token };

interface Started {
  readonly server: Server;
  readonly main: string;
  readonly verify: string;
  readonly warnings: string[];
}

async function start(env: Record<string, string>): Promise<Started> {
  const config = loadConfig({
    PORT: '0',
    DATABASE_URL: 'sqlite::memory:',
    LOG_LEVEL: 'silent',
    BCRYPT_COST: '4',
    ADMIN_TOKEN: ADMIN.token,
    ...env,
  });
  const server = await createServer(config);
  closeLater(() => server.stop());
  const warnings: string[] = [];
  Logger.overrideLogger({ log: () => undefined, error: () => undefined, warn: (text: string) => warnings.push(text) });
  await server.start();
  const { port } = server.app.getHttpServer().address() as AddressInfo;
  const at = (of: number): string => `http://127.0.0.1:${String(of)}`;
  return { server, main: at(port), verify: at(server.verifyPort ?? 0), warnings };
}

afterEach(() => {
  Logger.overrideLogger(false);
});

/** Opens idle connections and returns how many the server has closed. */
async function openMany(url: string, count: number): Promise<{ closed: () => number }> {
  let closed = 0;
  const { port, hostname } = new URL(url);
  for (let opened = 0; opened < count; opened += 1) {
    const socket = connect(Number(port), hostname);
    destroyLater(socket);
    socket.on('error', () => undefined).on('close', () => (closed += 1));
    await new Promise((resolve) => socket.once('connect', resolve));
  }
  return { closed: () => closed };
}

describe('MAX_CONNECTIONS', () => {
  it('is how many are open; further ones are closed, published, and logged as a sample with the remedy', async () => {
    const { server, main, verify, warnings } = await start({ MAX_CONNECTIONS: '3', VERIFY_PORT: '0' });
    const recorder = new Recorder('latchkey:capacity');
    await openMany(main, 3);
    for (let count = 0; count < 4; count += 1) await expect(send(main, 'GET', '/health/live')).rejects.toThrow();
    expect(recorder.of('latchkey:capacity')).toEqual(
      Array(4).fill({ resource: 'connections', limit: 3, address: '127.0.0.1' }),
    );
    expect(warnings).toEqual([expect.stringMatching(/3 are open already.*raise MAX_CONNECTIONS/)]);
    // The separate listener is not affected.
    expect((await send(verify, 'GET', '/verify', { headers: AS_ADMIN })).status).toBe(200);
    expect((await send(verify, 'GET', '/health/ready')).status).toBe(200);
    recorder.stop();
    // The others were counted.
    await server.stop();
    expect(warnings.slice(1)).toEqual([expect.stringMatching(/3 are open already.*\(3 more\)$/)]);
  });
});

describe('VERIFY_PORT', () => {
  it('answers /verify and /health, and nothing else', async () => {
    const { main, verify } = await start({ VERIFY_PORT: '0', VERIFY_HOST: '127.0.0.1' });
    const rule = '/verify?kind=session';
    for (const base of [main, verify]) {
      expect((await send(base, 'GET', '/verify', { headers: AS_ADMIN })).status).toBe(200);
      expect((await send(base, 'GET', rule, { headers: AS_ADMIN })).status).toBe(403);
      expect((await send(base, 'POST', '/verify/only/kind=session/x', { headers: AS_ADMIN })).status).toBe(403);
      expect((await send(base, 'GET', '/verify')).status).toBe(401);
      const live = await send(base, 'GET', '/health/live');
      expect([live.status, live.text, live.headers['x-request-id']]).toEqual([
        200,
        '{"status":"ok"}',
        expect.any(String),
      ]);
    }
    for (const path of [
      '/api/v1/users',
      '/docs',
      '/',
      '/oauth2/introspect',
      '/Verify',
      '//verify',
      '/health',
      '/health/x',
    ]) {
      const reply = await send(verify, 'GET', path, { headers: AS_ADMIN });
      expect([path, reply.status]).toEqual([path, 404]);
      expect(reply.json()).toMatchObject({ error: 'not_found', error_description: expect.stringContaining('/verify') });
    }
    const garbage = await sendBytes(verify, 'no HTTP\r\n\r\n');
    expect([garbage.status, garbage.json()]).toEqual([400, { msg: 'the request is not valid HTTP' }]);
  });

  it('has a separate limit of connections', async () => {
    const { main, verify, warnings } = await start({ VERIFY_PORT: '0', VERIFY_MAX_CONNECTIONS: '2' });
    await openMany(verify, 2);
    await expect(send(verify, 'GET', '/verify')).rejects.toThrow();
    expect(warnings).toEqual([expect.stringMatching(/2 are open already.*raise VERIFY_MAX_CONNECTIONS/)]);
    expect((await send(main, 'GET', '/verify')).status).toBe(401);
  });

  it('that is in use prevents the start, and the error names it', async () => {
    const { verify } = await start({ VERIFY_PORT: '0' });
    const { port } = new URL(verify);
    await expect(start({ VERIFY_PORT: port })).rejects.toThrow(`VERIFY_PORT ${port} is already in use`);
  });

  it('is closed when the server stops, after its requests are answered', async () => {
    const { server, verify } = await start({ VERIFY_PORT: '0' });
    expect((await send(verify, 'GET', '/verify')).status).toBe(401);
    await server.stop();
    await expect(send(verify, 'GET', '/verify')).rejects.toThrow();
  });

  it('is an option of the module in a host, which listens when the host starts', async () => {
    const latchkey = LatchkeyModule.forRoot({ database: { engine: 'sqlite', path: ':memory:' }, bcryptCost: 4 });
    const port = await freePort();
    const dataPlane = DataPlaneModule.forRoot({ path: 'tokens', port, imports: [latchkey] });
    const host = await startHost({ imports: [latchkey, dataPlane] });
    expect(host.app.get(VerifyServer).port).toBe(port);
    const verify = `http://127.0.0.1:${String(port)}`;
    expect((await send(verify, 'GET', '/tokens/verify')).status).toBe(401);
    expect((await send(verify, 'GET', '/health/ready')).status).toBe(200);
    expect((await send(verify, 'GET', '/verify')).status).toBe(404);
    await host.close();
    await expect(send(verify, 'GET', '/tokens/verify')).rejects.toThrow();
  });
});

describe('a request with two Host headers', () => {
  const PATHS = ['/verify', '/api/v1/server-info', '/client/v4/accounts', '/health/live', '/docs', '/nothing'];

  it.each(PATHS)('%s is refused (RFC 9112 §3.2)', async (path) => {
    const { main, verify } = await start({ VERIFY_PORT: '0' });
    for (const base of [main, verify]) {
      for (const hosts of ['Host: x\r\nHost: x', 'Host: x\r\nhost: y', 'HOST:\r\nHost: x']) {
        const bytes = `GET ${path} HTTP/1.1\r\n${hosts}\r\nConnection: close\r\n\r\n`;
        const reply = await sendBytes(base, bytes);
        expect([reply.status, reply.json()]).toEqual([400, { msg: 'the request has more than one Host header' }]);
      }
    }
  });
});

describe('the time limits', () => {
  it('headers that do not arrive in time are answered with 408, even if nothing was sent', async () => {
    const { main } = await start({ HEADERS_TIMEOUT_SECONDS: '1' });
    const connections = ['', 'GET / HT'].map((bytes) => new RawConnection(main, bytes));
    for (const connection of connections) {
      await connection.ended;
      expect(connection.text).toMatch(/^HTTP\/1\.1 408 /);
    }
  });
});

describe('conditional requests', () => {
  it.each(['*', '"x"', 'W/"x", *'])('If-None-Match: %s changes no answer', async (condition) => {
    const server = await startServer('sqlite');
    const headers = { 'If-None-Match': condition, 'If-Modified-Since': new Date().toUTCString(), ...AS_ADMIN };
    for (const path of [
      '/crmapi/rest/v2/access_tokens/show?token=x',
      '/api/v1/audit-log/export-csv',
      '/api/v1/users',
      '/api/v1/server-info',
      '/health/live',
    ]) {
      const plain = await send(server.baseUrl, 'GET', path, { headers: AS_ADMIN });
      const reply = await send(server.baseUrl, 'GET', path, { headers });
      expect([path, reply.status, reply.text]).toEqual([path, 200, plain.text]);
    }
  });
});
