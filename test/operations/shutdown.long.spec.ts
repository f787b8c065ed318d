import { Agent, get } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { closeLater, destroyLater } from '../support/closing.js';
import { createDatabase, type TestDatabase } from '../support/engines.js';
import { send } from '../support/http.js';
import { startProcess } from '../support/process.js';

// Times are compared on busy machines; a real fault fails every time.
jest.retryTimes(2);

const PASSWORD = 'correct horse battery';

describe('a server that receives a signal to stop', () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await createDatabase('sqlite');
  });

  const login = (baseUrl: string): ReturnType<typeof send> =>
    send(baseUrl, 'POST', '/api/v1/users/login', {
      body: JSON.stringify({ email: 'admin@example.com', password: PASSWORD }),
    });

  it.each(['SIGTERM', 'SIGINT'] as const)('%s: finishes the requests in progress and exits with 0', async (signal) => {
    const env = { DATABASE_URL: database.url, BCRYPT_COST: '12', ADMIN_PASSWORD: PASSWORD };
    const server = await startProcess(env);
    const underWay = Array.from({ length: 4 }, () => login(server.baseUrl));
    await delay(100);
    const begun = performance.now();
    server.kill(signal);
    await delay(50);
    await expect(login(server.baseUrl)).rejects.toThrow();
    const replies = await Promise.all(underWay);
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(await server.exited).toEqual({ code: 0, signal: null });
    expect(performance.now() - begun).toBeLessThan(10_000);
  });

  it('serves for SHUTDOWN_DELAY_SECONDS more, while it says that it is not ready', async () => {
    const server = await startProcess({ DATABASE_URL: database.url, SHUTDOWN_DELAY_SECONDS: '3' });
    const begun = performance.now();
    server.kill('SIGTERM');
    await delay(300);
    // New connections, as a balancer makes them that has not noticed yet.
    const ready = await send(server.baseUrl, 'GET', '/health/ready');
    expect([ready.status, ready.json()]).toEqual([503, { status: 'unavailable', reason: 'the server is stopping' }]);
    expect((await send(server.baseUrl, 'GET', '/health/live')).status).toBe(200);
    expect((await send(server.baseUrl, 'GET', '/verify')).status).toBe(401);
    expect(await server.exited).toEqual({ code: 0, signal: null });
    expect(performance.now() - begun).toBeGreaterThanOrEqual(2900);
  });

  it('answers requests on kept-alive connections completely, and closes the connections', async () => {
    const server = await startProcess({ DATABASE_URL: database.url });
    const agent = new Agent({ keepAlive: true, maxSockets: 8 });
    closeLater(() => {
      agent.destroy();
    });
    const outcomes: string[] = [];
    const client = async (): Promise<void> => {
      let outcome = 'answered';
      while (outcome === 'answered') {
        outcome = await ask(`${server.baseUrl}/api/v1/server-info`, agent);
        outcomes.push(outcome);
      }
    };
    const clients = Array.from({ length: 8 }, client);
    await delay(500);
    server.kill('SIGTERM');
    await Promise.all(clients);
    expect(await server.exited).toEqual({ code: 0, signal: null });
    expect(outcomes.filter((outcome) => outcome === 'answered').length).toBeGreaterThan(8);
    // Each client's last answer closed the connection; none was cut off.
    expect(new Set(outcomes)).toEqual(new Set(['answered', 'answered and closed']));
  });

  it('cuts off clients that never finish a request, and exits with 0 within ten seconds', async () => {
    const server = await startProcess({ DATABASE_URL: database.url, ADMIN_PASSWORD: PASSWORD });
    const { hostname, port } = new URL(server.baseUrl);
    const stuck = connect(Number(port), hostname, () => {
      stuck.write('POST /api/v1/users/login HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{');
    });
    const idle = connect(Number(port), hostname);
    for (const socket of [stuck, idle]) {
      socket.on('error', () => undefined);
      destroyLater(socket);
    }
    await delay(200);
    const begun = performance.now();
    server.kill('SIGTERM');
    // A second signal changes nothing.
    await delay(100);
    server.kill('SIGTERM');
    expect(await server.exited).toEqual({ code: 0, signal: null });
    expect(performance.now() - begun).toBeLessThan(10_000);
  });
});

/** The outcome of a request: an answer, with or without `Connection: close`, or an error. */
function ask(url: string, agent: Agent): Promise<string> {
  return new Promise((resolve) => {
    const request = get(url, { agent }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('error', (error) => {
        resolve(error.message);
      });
      response.on('end', () => {
        JSON.parse(text);
        resolve(response.headers.connection === 'close' ? 'answered and closed' : 'answered');
      });
    });
    request.on('error', (error) => {
      resolve(error.message);
    });
  });
}
