/** Which spellings of a path reach a dialect, standalone and in a host that ignores case. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Application } from 'express';
import { declaredRoutes } from '../../src/http/index.js';
import { eachAtOnce } from '../support/cases.js';
import { onBothEngines } from '../support/engines.js';
import { send, sendBytes, type Reply } from '../support/http.js';
import { ACCOUNT, ADMIN, startInMount, startServer, type TestServer } from '../support/test-server.js';

const HEADERS = { Authorization: `Bearer ${ADMIN.token}`, 'Private-Token': ADMIN.token };

interface Route {
  readonly prefix: string;
  /** Below the prefix. */
  readonly path: string;
  readonly status: number;
  readonly method?: string;
}

/** One route of each dialect, with what it answers to an administrator. */
const ROUTES: Route[] = [
  { prefix: '/client/v4', path: `/accounts/${ACCOUNT.id}/access/service_tokens`, status: 200 },
  { prefix: '/crmapi/rest/v2', path: '/access_tokens/list', status: 200 },
  { prefix: '/api/v1', path: '/users/1000/access-tokens', status: 200 },
  { prefix: '/oauth2', path: '/introspect', status: 400, method: 'POST' },
];

/** Spellings of a prefix that some proxy or parser treats as the prefix. */
const OTHER_SPELLINGS: [what: string, spell: (prefix: string) => string][] = [
  ['upper case', (prefix) => prefix.toUpperCase()],
  ['one upper-case letter', (prefix) => `/${prefix.charAt(1).toUpperCase()}${prefix.slice(2)}`],
  ['two slashes ahead', (prefix) => `/${prefix}`],
  ['two slashes within', (prefix) => (prefix.includes('/', 1) ? prefix.replace(/(.)\//, '$1//') : `/${prefix}`)],
  ['a dot segment ahead', (prefix) => `/.${prefix}`],
  ['two dots ahead', (prefix) => `/x/..${prefix}`],
  ['encoded dots ahead', (prefix) => `/x/%2e%2e${prefix}`],
  ['an encoded letter', (prefix) => `/%${prefix.charCodeAt(1).toString(16)}${prefix.slice(2)}`],
  ['encoded slashes', (prefix) => `/${prefix.slice(1).replaceAll('/', '%2F')}%2F`],
  ['a parameter', (prefix) => `${prefix};x`],
  ['backslashes and a fragment', (prefix) => `${prefix.replaceAll('/', '\\')}#`.replace('\\', '/')],
  ['a NUL', (prefix) => `${prefix}%00`],
];

onBothEngines('paths', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startInMount(engine);
  });
  afterAll(() => server.close());

  /** Over a raw connection, so that the path is sent unchanged. */
  const ask = (method: string, target: string): Promise<Reply> => {
    const lines = Object.entries({ ...HEADERS, Host: 'x', Connection: 'close', 'Content-Length': '0' });
    const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    return sendBytes(server.baseUrl, `${method} ${target} HTTP/1.1\r\n${head}\r\n`);
  };

  const at = ({ method = 'GET' }: Route, path: string): Promise<Reply> => ask(method, server.basePath + path);

  describe.each(ROUTES)('$prefix', (route) => {
    const { prefix, path, status } = route;

    it('is served, also with repeated slashes below it', async () => {
      const plain = await at(route, prefix + path);
      expect(plain.status).toBe(status);
      const spellings = [`${prefix}/${path}`, `${prefix}///${path}`, `${prefix}${path.replaceAll('/', '//')}//`];
      await eachAtOnce(spellings, async (spelling) => {
        const reply = await at(route, spelling);
        expect([reply.status, reply.text]).toEqual([plain.status, plain.text]);
      });
    });

    it.each(OTHER_SPELLINGS)('has no other spelling: %s', async (_what, spell) => {
      const reply = await at(route, spell(prefix) + path);
      expect(reply.status).toBe(404);
      // Belongs to no dialect: the server or the host answers.
      const nobodys = await ask('GET', `${server.basePath}/nothing`);
      expect(Object.keys(reply.json<object>())).toEqual(Object.keys(nobodys.json<object>()));
    });

    it('is case-sensitive below it too, and resolves nothing', async () => {
      const [first = '', ...rest] = path.slice(1).split('/');
      const others = [
        [first.toUpperCase(), ...rest],
        [`${first.charAt(0).toUpperCase()}${first.slice(1)}`, ...rest],
        ['x', '..', first, ...rest],
        ['.', first, ...rest],
        [`%${first.charCodeAt(0).toString(16)}${first.slice(1)}`, ...rest],
        [`\\${first}`, ...rest],
        [`${first};x`, ...rest],
      ].map((segments) => `${prefix}/${segments.join('/')}`);
      const fromEnd = rest.length > 0 ? [`${prefix}${path.slice(0, -2)}${path.slice(-2).toUpperCase()}`] : [];
      await eachAtOnce([...others, ...fromEnd], async (spelling) => {
        expect((await at(route, spelling)).status).toBe(404);
      });
    });
  });

  it('an encoded slash within an id is part of the id', async () => {
    expect((await ask('GET', `${server.basePath}/api/v1/users/1000%2faccess-tokens`)).status).toBe(400);
  });

  it('a backslash or a number sign within an id is part of the id', async () => {
    for (const id of ['1000\\', '1000#', '1000#/x?y']) {
      expect((await ask('GET', `${server.basePath}/api/v1/users/${id}`)).status).toBe(id.includes('/') ? 404 : 400);
    }
  });

  it('the query is left as it is', async () => {
    const reply = await ask('GET', `${server.basePath}/client/v4//accounts?name=a//b`);
    expect(reply.json()).toMatchObject({ success: true, result: [] });
  });
});

describe('an id that is empty', () => {
  it('does not match another route that changes something', async () => {
    const server = await startServer('sqlite');
    const routes = [...declaredRoutes(server.app.getHttpAdapter().getInstance() as Application).keys()].map((route) => {
      const [method = '', path = ''] = route.split(' ');
      return { method, segments: path.split('/').slice(1) };
    });
    const withId = routes.flatMap(({ method, segments }) =>
      segments.flatMap((segment, at) =>
        segment.startsWith(':') ? [{ method, segments: segments.toSpliced(at, 1) }] : [],
      ),
    );
    const reached = withId.flatMap((merged) =>
      routes
        .filter(
          ({ method, segments }) =>
            method === merged.method && method !== 'GET' && segments.length === merged.segments.length,
        )
        .filter(({ segments }) =>
          segments.every((segment, at) => segment.startsWith(':') || segment === merged.segments[at]),
        )
        .map((route) => `${merged.method} /${merged.segments.join('/')} is /${route.segments.join('/')}`),
    );
    expect(withId.length).toBeGreaterThan(20);
    // No token has the id "overlap", and the form of the two bodies differs.
    expect(reached).toEqual(['PATCH /latchkey/v1/tokens/overlap is /latchkey/v1/tokens/:tokenId']);
    const overlap = { headers: { 'Private-Token': ADMIN.token }, body: '{"name":"Renamed"}' };
    expect((await send(server.baseUrl, 'PATCH', '/latchkey/v1/tokens//overlap', overlap)).status).toBe(404);
  });
});

describe('the pages of the standalone server', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer('sqlite');
  });
  afterAll(() => server.close());

  const status = async (path: string): Promise<number> => (await send(server.baseUrl, 'GET', path)).status;

  it.each(['/health/live', '/docs', '/docs/cloudflare.json'])('%s has no other spelling', async (path) => {
    expect(await status(path)).toBe(200);
    const others = [path.toUpperCase(), path.replace(/^\/(.)/, (_all, letter: string) => `/${letter.toUpperCase()}`)];
    await eachAtOnce([...others, `/${path}`, `/x/..${path}`], async (other) => {
      expect(await status(other)).toBe(404);
    });
    const misread = await sendBytes(
      server.baseUrl,
      `GET ${path.replaceAll('/', '\\').replace('\\', '/')}# HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    );
    expect(misread.status).toBe(404);
  });

  it('an unknown path is answered without repeating it', async () => {
    const reply = await send(server.baseUrl, 'GET', '/nothing/here?secret=1');
    expect([reply.status, reply.json()]).toEqual([404, { msg: 'there is nothing at this path' }]);
  });
});

describe('MERGE_SLASHES=false', () => {
  it('serves no path with repeated slashes', async () => {
    const server = await startServer('sqlite', { MERGE_SLASHES: 'false' });
    for (const [path, status] of [
      ['/api/v1/users', 200],
      ['/api/v1//users', 404],
      ['/api/v1/users//1000', 404],
    ] as const) {
      expect([path, (await send(server.baseUrl, 'GET', path, { headers: HEADERS })).status]).toEqual([path, status]);
    }
  });
});
