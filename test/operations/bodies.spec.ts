/** Request bodies that are too long, too slow, broken, or held back, and bodies that nobody reads. */
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Recorder } from '../support/channels.js';
import { eachAtOnce } from '../support/cases.js';
import { onBothEngines } from '../support/engines.js';
import { send } from '../support/http.js';
import { RawConnection } from '../support/raw-connection.js';
import { ACCOUNT, ADMIN, startInMount, startServer, type TestServer } from '../support/test-server.js';

const MAX = 4096;
/** Part of the answer to a longer body. */
const TOO_LONG = `${String(MAX)} bytes`;

const LOGIN = { email: ADMIN.email, password: ADMIN.password };

/** A route that takes a body, in each form of errors. */
interface Route {
  readonly name: string;
  readonly path: string;
  /** The credential of an administrator; empty if it is in the body. */
  readonly headers: Record<string, string>;
  /** The text of an error. */
  readonly reason: (body: never) => string | undefined;
  /** HTTP status of a body that is too long, or broken. */
  readonly status: { readonly tooLong: number; readonly broken: number };
}

const BEARER = { Authorization: `Bearer ${ADMIN.token}` };
const USUAL = { tooLong: 413, broken: 400 };

const ROUTES: Route[] = [
  {
    name: 'Cloudflare',
    path: `/client/v4/accounts/${ACCOUNT.id}/access/service_tokens`,
    headers: BEARER,
    reason: ({ errors }: { errors: { message: string }[] }) => errors[0]?.message,
    status: USUAL,
  },
  {
    name: 'CRM.COM',
    path: '/crmapi/rest/v2/access_tokens/list',
    headers: {},
    reason: ({ status }: { status: { description: string } }) => status.description,
    status: { tooLong: 200, broken: 200 },
  },
  {
    name: 'Canvus',
    path: '/api/v1/users/1000/access-tokens',
    headers: { 'Private-Token': ADMIN.token },
    reason: ({ msg }: { msg: string }) => msg,
    status: USUAL,
  },
  {
    name: 'Canvus, without authentication',
    path: '/api/v1/users/login',
    headers: {},
    reason: ({ msg }: { msg: string }) => msg,
    status: USUAL,
  },
  {
    name: 'OAuth',
    path: '/oauth2/introspect',
    headers: { ...BEARER, 'Content-Type': 'application/x-www-form-urlencoded' },
    reason: (body: { error_description: string }) => body.error_description,
    status: USUAL,
  },
];

type Headers = Record<string, string | number>;

/** A request as it is written, up to the beginning of its body. */
function head(server: TestServer, path: string, headers: Headers, method = 'POST'): string {
  const lines = Object.entries<string | number>({ Host: 'x', ...headers }).map(
    ([name, value]) => `${name}: ${String(value)}\r\n`,
  );
  return `${method} ${server.basePath}${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/** An answer, as far as it has arrived. */
function answerIn(text: string): { status: number; closes: boolean; body: never } | undefined {
  const end = text.indexOf('\r\n\r\n');
  const [, length] = /\r\nContent-Length: (\d+)\r\n/i.exec(text) ?? [];
  const body = text.slice(end + 4);
  if (end < 0 || length === undefined || Buffer.byteLength(body) < Number(length)) return undefined;
  const status = Number(text.slice(9, 12));
  return { status, closes: /\r\nConnection: close\r\n/i.test(text), body: JSON.parse(body) as never };
}

async function answer(connection: RawConnection): Promise<NonNullable<ReturnType<typeof answerIn>>> {
  await connection.until(() => answerIn(connection.text) !== undefined);
  const found = answerIn(connection.text);
  if (!found) throw new Error('no answer');
  return found;
}

onBothEngines('request bodies', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startInMount(engine, { BODY_MAX_BYTES: String(MAX), BODY_TIMEOUT_SECONDS: '1' });
  });
  afterAll(() => server.close());

  const open = (bytes: string): RawConnection => new RawConnection(server.baseUrl, bytes);

  describe.each(ROUTES)('$name', ({ path, headers, reason, status }) => {
    it('an announced body over the limit is refused before any of it is sent', async () => {
      const connection = open(head(server, path, { ...headers, 'Content-Length': MAX + 1 }));
      const { status: answered, closes, body } = await answer(connection);
      expect([answered, closes, reason(body)]).toEqual([status.tooLong, true, expect.stringContaining(TOO_LONG)]);
      await connection.ended;
    });

    it('a body of unknown length is refused as soon as it is over the limit', async () => {
      const chunk = `1000\r\n${'x'.repeat(MAX)}\r\n`;
      const connection = open(head(server, path, { ...headers, 'Transfer-Encoding': 'chunked' }) + chunk + chunk);
      const { status: answered, closes, body } = await answer(connection);
      expect([answered, closes, reason(body)]).toEqual([status.tooLong, true, expect.stringContaining(TOO_LONG)]);
      await connection.ended;
    });

    it('a body whose chunks are broken is answered with 400', async () => {
      const begun = head(server, path, { ...headers, 'Transfer-Encoding': 'chunked' });
      await eachAtOnce(['zz\r\n{}\r\n', '2\r\n{}\r\nzz\r\n', '2\r\n{}x\r\n0\r\n\r\n'], async (chunks) => {
        const connection = open(begun + chunks);
        await connection.ended;
        // In a host, Node answers by itself.
        expect(connection.text).toMatch(/^HTTP\/1\.1 (200|400) /);
        if (server.basePath !== '') return;
        const { status: answered, body } = await answer(connection);
        expect([answered, reason(body)]).toEqual([status.broken, expect.stringContaining('not valid HTTP')]);
      });
    });

    it('a compressed body below the limit is not decompressed beyond it', async () => {
      const bomb = gzipSync(Buffer.alloc(1_000_000, ' '));
      const reply = await send(server.baseUrl, 'POST', path, {
        headers: { ...headers, 'Content-Encoding': 'gzip' },
        body: bomb,
      });
      expect([bomb.length < MAX, reply.status]).toEqual([true, status.tooLong]);
      expect(reason(reply.json<never>())).toContain(TOO_LONG);
    });
  });

  it('a body that does not arrive in time is answered with 408', async () => {
    await eachAtOnce(ROUTES, async ({ path, headers, reason }) => {
      const connection = open(`${head(server, path, { ...headers, 'Content-Length': 100 })}{"half":`);
      const { status, closes, body } = await answer(connection);
      expect([status, closes, reason(body)]).toEqual([408, true, expect.stringContaining('longer than 1 seconds')]);
      await connection.ended;
    });
  });

  const known = ROUTES.filter(({ headers }) => Object.keys(headers).length > 0);

  it('an unauthenticated caller is answered before the body is read', async () => {
    await eachAtOnce(known, async ({ path, headers }) => {
      const { 'Content-Type': type = 'text/plain' } = headers;
      for (const length of [100, MAX, 400_000_000]) {
        const connection = open(head(server, path, { 'Content-Type': type, 'Content-Length': length }));
        const { status, closes } = await answer(connection);
        expect([length, [400, 401].includes(status), closes]).toEqual([length, true, length > MAX]);
        await connection.ended;
      }
    });
  });

  it('a connection is kept when an unread body is within the limit', async () => {
    const path = known[0]?.path ?? '';
    const connection = open(`${head(server, path, { 'Content-Length': 10 })}0123456789`);
    expect((await answer(connection)).closes).toBe(false);
  });

  it('a connection stays usable when the body arrives only after the answer', async () => {
    await eachAtOnce(known, async ({ path, headers }) => {
      const { 'Content-Type': type = 'text/plain' } = headers;
      const connection = open(head(server, path, { 'Content-Type': type, 'Content-Length': 10 }));
      const { closes } = await answer(connection);
      expect(closes).toBe(false);
      connection.write('01234');
      await delay(20);
      const before = connection.text.length;
      connection.write(`56789${head(server, '/api/v1/server-info', { 'Private-Token': ADMIN.token }, 'GET')}`);
      await connection.until(() => answerIn(connection.text.slice(before)) !== undefined);
      expect(answerIn(connection.text.slice(before))).toMatchObject({ status: 200 });
      connection.close();
    });
  });

  it('a route that takes no body does not read one, and answers also if it is too long', async () => {
    for (const length of [10, MAX + 1]) {
      const connection = open(head(server, '/api/v1/server-info', { 'Content-Length': length }, 'GET'));
      expect(await answer(connection)).toMatchObject({ status: 200, closes: length > MAX });
      connection.close();
    }
  });

  it('a body may be sent in pieces, compressed, or after Expect: 100-continue', async () => {
    const body = JSON.stringify(LOGIN);
    const path = '/api/v1/users/login';
    const chunked = [...body].map((letter) => `1\r\n${letter}\r\n`).join('');
    const pieces = open(`${head(server, path, { 'Transfer-Encoding': 'chunked' })}${chunked}0\r\n\r\n`);
    expect(await answer(pieces)).toMatchObject({ status: 200, closes: false });
    const gzip = { headers: { 'Content-Encoding': 'gzip' }, body: gzipSync(body) };
    expect((await send(server.baseUrl, 'POST', path, gzip)).status).toBe(200);
    const asking = open(head(server, path, { Expect: '100-continue', 'Content-Length': body.length }));
    await asking.until(() => asking.text.startsWith('HTTP/1.1 100 '));
    asking.close();
  });
});

describe('the standalone server', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer('sqlite', { BODY_MAX_BYTES: String(MAX) });
  });
  afterAll(() => server.close());

  it('tells clients to send a body only when it is going to read it', async () => {
    const asked = { Expect: '100-continue', 'Content-Length': 10 };
    const path = '/api/v1/users/1000/access-tokens';
    const stranger = new RawConnection(server.baseUrl, head(server, path, asked));
    const { status, closes } = await answer(stranger);
    expect([status, closes, stranger.text.includes('100 Continue')]).toEqual([401, true, false]);
    const admin = new RawConnection(server.baseUrl, head(server, path, { ...asked, 'Private-Token': ADMIN.token }));
    await admin.until(() => admin.text.startsWith('HTTP/1.1 100 '));
    const tooLong = { ...asked, 'Content-Length': MAX + 1, 'Private-Token': ADMIN.token };
    expect((await answer(new RawConnection(server.baseUrl, head(server, path, tooLong)))).status).toBe(413);
  });

  it('closes the connection also on paths of no dialect', async () => {
    for (const path of ['/health/live', '/nothing']) {
      const connection = new RawConnection(server.baseUrl, head(server, path, { 'Content-Length': 400_000_000 }));
      expect((await answer(connection)).closes).toBe(true);
      await connection.ended;
    }
  });

  it('does not send a second answer when an unread body is broken', async () => {
    const begun = head(server, '/api/v1/users', { 'Transfer-Encoding': 'chunked' });
    const connection = new RawConnection(server.baseUrl, begun);
    await answer(connection);
    const other = new RawConnection(server.baseUrl, `${head(server, '/api/v1/users', { 'Content-Length': 10 })}01`);
    await answer(other);
    expect(connection.text.match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(other.text.match(/HTTP\/1\.1/g)).toHaveLength(1);
  });

  it('answers 408 when a whole request takes too long, even if the body may take longer', async () => {
    const slow = await startServer('sqlite', { REQUEST_TIMEOUT_SECONDS: '1', HEADERS_TIMEOUT_SECONDS: '1' });
    const body = new RawConnection(slow.baseUrl, `${head(slow, '/api/v1/users/login', { 'Content-Length': 100 })}{`);
    const headers = new RawConnection(slow.baseUrl, 'GET /api/v1/users HTTP/1.1\r\nHost: x\r\n');
    for (const connection of [body, headers]) {
      const { status, body: told } = await answer(connection);
      expect([status, told]).toEqual([408, { msg: expect.stringContaining('long') }]);
    }
  });
});

describe('bodies that are held back', () => {
  it('are refused, oldest first, when they need too much memory together; others are served', async () => {
    const server = await startServer('sqlite', { BODY_MEMORY_BYTES: '1048576' });
    const recorder = new Recorder('latchkey:capacity');
    const begun = head(server, '/api/v1/users/login', { 'Content-Length': 65_536 });
    const held: RawConnection[] = [];
    for (let count = 0; count < 20; count += 1) {
      held.push(new RawConnection(server.baseUrl, begun + ' '.repeat(65_000)));
      await delay(2);
    }
    const [oldest] = held;
    if (!oldest) throw new Error('nothing is held');
    const { status, body } = await answer(oldest);
    expect([status, body]).toEqual([503, { msg: expect.stringContaining('too many request bodies') }]);
    expect(oldest.text).toMatch(/\r\nRetry-After: 1\r\n/i);
    const reply = await send(server.baseUrl, 'POST', '/api/v1/users/login', { body: JSON.stringify(LOGIN) });
    expect(reply.status).toBe(200);
    expect(held.at(-1)?.text).toBe('');
    const refused = recorder.of('latchkey:capacity');
    recorder.stop();
    expect(refused.length).toBeGreaterThanOrEqual(4);
    expect(refused.length).toBeLessThan(8);
    expect(refused[0]).toEqual({ resource: 'bodies', limit: 1_048_576, address: '127.0.0.1' });
  });
});
