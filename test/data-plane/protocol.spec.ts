import { Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { expect, it } from '@jest/globals';
import { addressed, send, sendBytes } from '../support/http.js';
import { ACCOUNT } from '../support/test-server.js';
import { dataPlaneSuite, pair, type Headers } from './support.js';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'PURGE'];

dataPlaneSuite('/verify as HTTP', ({ cf, status }) => {
  const accepted = async (): Promise<Headers> => pair(await cf.token(ACCOUNT.id));

  const lines = (headers: Headers): string =>
    Object.entries(headers)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('');

  /** The first lines of a raw request. @param path - below the base URL */
  const head = (method: string, path: string): string =>
    `${method} ${cf.server.basePath}${path} HTTP/1.1\r\nHost: x\r\n`;

  /** The statuses of the answers to these bytes, in order; the last request must close the connection. */
  const statusesOf = (bytes: string): Promise<number[]> =>
    new Promise((resolve, reject) => {
      let text = '';
      const socket = connect(cf.server.port, '127.0.0.1', () => socket.write(bytes));
      socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
      socket.on('error', reject);
      socket.on('end', () => {
        socket.end();
        resolve(Array.from(text.matchAll(/HTTP\/1\.1 (\d+) /g), ([, number]) => Number(number)));
      });
    });

  it.each(METHODS)('%s is answered like any other method', async (method) => {
    const headers = await accepted();
    const yes = await send(cf.server.baseUrl, method, '/verify', { headers });
    expect([yes.status, yes.text, yes.headers['content-length']]).toEqual([200, '', '0']);
    expect((await send(cf.server.baseUrl, method, '/verify')).status).toBe(401);
  });

  it('HEAD is answered without a body, but with its length', async () => {
    const refused = await send(cf.server.baseUrl, 'HEAD', '/verify');
    expect([refused.status, refused.text]).toEqual([401, '']);
    const whole = await send(cf.server.baseUrl, 'GET', '/verify');
    expect(refused.headers['content-length']).toBe(String(whole.text.length));
    expect((await send(cf.server.baseUrl, 'HEAD', '/verify', { headers: await accepted() })).status).toBe(200);
  });

  it.each([10, 200_000, 5_000_000])('a body of %d bytes is ignored, and the connection is kept', async (size) => {
    const headers = await accepted();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ports = new Set<number | undefined>();
    const post = (more: Headers): Promise<number> =>
      new Promise((resolve, reject) => {
        const to = { ...addressed(cf.server.baseUrl, '/verify'), method: 'POST', agent };
        const request = httpRequest({ ...to, headers: { ...more, 'Content-Length': size } }, (response) => {
          ports.add(request.socket?.localPort);
          response.resume().on('end', () => {
            resolve(response.statusCode ?? 0);
          });
        });
        request.on('error', reject);
        request.end(Buffer.alloc(size, 'x'));
      });
    const statuses: number[] = [];
    for (const more of [headers, {}, headers, {}]) statuses.push(await post(more));
    agent.destroy();
    expect(statuses).toEqual([200, 401, 200, 401]);
    expect(ports.size).toBe(1);
  });

  it('a chunked body is ignored too, and not read as the next request', async () => {
    const body = `${head('GET', '/verify')}\r\n`;
    const chunked = `Transfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
    const first = `${head('POST', '/verify')}${lines(await accepted())}${chunked}`;
    const second = `${head('GET', '/verify')}Connection: close\r\n\r\n`;
    expect(await statusesOf(first + second)).toEqual([200, 401]);
  });

  it('Expect: 100-continue is granted, and the request answered', async () => {
    const begun = `${head('POST', '/verify')}Connection: close\r\n${lines(await accepted())}`;
    expect(await statusesOf(`${begun}Expect: 100-continue\r\nContent-Length: 2\r\n\r\nok`)).toEqual([100, 200]);
  });

  it('a request to upgrade is answered like any other request', async () => {
    const upgrade = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13' };
    expect(await status({ ...upgrade, ...(await accepted()) })).toBe(200);
    expect(await status(upgrade)).toBe(401);
  });

  it('pipelined requests are answered in order, whatever each has to wait for', async () => {
    const cold = await accepted();
    const warm = await accepted();
    expect(await status(warm)).toBe(200);
    const ask = (path: string, headers: Headers, more = ''): string =>
      `${head('GET', path)}${more}${lines(headers)}\r\n`;
    const all = [
      ask('/verify', cold),
      ask('/verify', {}),
      ask('/verify?kind=session', warm),
      ask('/verify?nonsense', warm),
      ask('/api/v1/server-info', {}),
      ask('/verify', warm, 'Connection: close\r\n'),
    ];
    expect(await statusesOf(all.join(''))).toEqual([200, 401, 403, 400, 200, 200]);
  });

  it('a caller who disconnects before the answer does no harm', async () => {
    const tokens = await Promise.all(Array.from({ length: 20 }, accepted));
    for (const headers of tokens) {
      const socket = connect(cf.server.port, '127.0.0.1', () => {
        socket.write(`${head('GET', '/verify')}${lines(headers)}\r\n`, () => socket.destroy());
      });
      await new Promise((resolve) => socket.once('close', resolve));
    }
    expect(await status(tokens[0])).toBe(200);
  });

  it('the target may be in absolute form (RFC 9112 §3.2.2)', async () => {
    const headers = lines(await accepted());
    const asked = async (target: string): Promise<number> =>
      (await sendBytes(cf.server.baseUrl, `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers}\r\n`))
        .status;
    const { basePath } = cf.server;
    expect(await asked(`http://x${basePath}/verify`)).toBe(200);
    expect(await asked(`HTTPS://example.com:8080${basePath}/verify?kind=service_token`)).toBe(200);
    expect(await asked(`http://x${basePath}/verify?kind=session`)).toBe(403);
    expect(await asked(`http://x${basePath}/nothing`)).not.toBe(200);
  });

  it.each([
    '//verify',
    '/verify/',
    '/verify/only',
    '/verify/only/',
    '/verify/only//x',
    '/verify/only?kind=service_token',
    '/verify/only/?kind=service_token',
    '/verifyx',
    '/VERIFY',
    '/%76erify',
    '/verify%2Fonly/kind=service_token/',
    '/x/../verify',
    '/verify;kind=service_token',
  ])('%s is not an alternative spelling of it, and admits nobody', async (address) => {
    expect((await send(cf.server.baseUrl, 'GET', address, { headers: await accepted() })).status).toBe(404);
  });
});
