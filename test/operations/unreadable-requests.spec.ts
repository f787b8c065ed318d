/** Requests that are not valid HTTP, or too long, never reach a route. */
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { send } from '../support/http.js';
import { ADMIN, startServer, type TestServer } from '../support/test-server.js';

describe('a request that cannot be read', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer('sqlite', { HEADERS_MAX_LINES: '999' });
  });
  afterAll(() => server.close());

  const exchange = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      const socket = connect(server.port, '127.0.0.1', () => socket.write(text));
      socket.on('data', (chunk) => chunks.push(chunk));
      socket.on('error', reject);
      socket.on('close', () => {
        resolve(Buffer.concat(chunks).toString());
      });
    });

  it.each([
    ['two lengths', 'POST /api/v1/users HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', 400],
    ['a NUL in a header', 'GET /api/v1/users HTTP/1.1\r\nHost: x\r\nPrivate-Token: a\0b\r\n\r\n', 400],
    ['an unknown verb', 'BREW /api/v1/users HTTP/1.1\r\nHost: x\r\n\r\n', 400],
    ['headers that are too long', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
  ])('because of %s is answered with a JSON error, and the server continues', async (_what, text, status) => {
    const answer = await exchange(text);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${String(status)} `));
    const body = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)) as { msg: string };
    expect(Object.keys(body)).toEqual(['msg']);
    expect((await send(server.baseUrl, 'GET', '/api/v1/server-info')).status).toBe(200);
  });

  it('is not one that has very many headers: all of them count', async () => {
    const many = 'a:\r\n'.repeat(990);
    const of = (headers: string): string =>
      `GET /api/v1/users HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers}\r\n`;
    const token = `Private-Token: ${ADMIN.token}\r\n`;
    expect(await exchange(of(`${many}${token}`))).toMatch(/^HTTP\/1\.1 200 /);
    expect(await exchange(of(`${token}${many}Private-Token: another\r\n`))).toMatch(/^HTTP\/1\.1 401 /);
  });

  it('is not answered in the middle of another answer: a stream is cut off instead', async () => {
    const stream = `GET /api/v1/users?subscribe HTTP/1.1\r\nHost: x\r\nPrivate-Token: ${ADMIN.token}\r\n\r\n`;
    const received = await new Promise<string>((resolve, reject) => {
      let text = '';
      const socket = connect(server.port, '127.0.0.1', () => socket.write(stream));
      socket.on('data', (chunk) => {
        text += chunk.toString();
        if (text.includes(ADMIN.email)) socket.write('this is not HTTP\r\n\r\n');
      });
      socket.on('error', reject);
      socket.on('close', () => {
        resolve(text);
      });
    });
    expect(received.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200']);
  });

  it('is not answered if the client would take that for the answer to an earlier request', async () => {
    const body = JSON.stringify({ email: ADMIN.email, password: 'wrong' });
    const login = `POST /api/v1/users/login HTTP/1.1\r\nHost: x\r\nContent-Length: ${String(body.length)}\r\n\r\n${body}`;
    expect(await exchange(`${login}this is not HTTP\r\n\r\n`)).not.toMatch(/^HTTP\/1\.1 400/);
  });
});
