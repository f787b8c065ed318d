/** A proxy's rule for the prefix of a dialect cannot be bypassed by another spelling of the path. */
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { withBinary } from '../support/binaries.js';
import { destroyLater } from '../support/closing.js';
import { send } from '../support/http.js';
import { ACCOUNT, ADMIN, startServer, type TestServer } from '../support/test-server.js';
import { startCaddy, startNginx, type Proxy } from './proxies.js';

const HEADERS = { Authorization: `Bearer ${ADMIN.token}`, 'Private-Token': ADMIN.token };

/** What the proxy refuses, and a path below it that Latchkey answers. */
const RULES: [rule: string, path: string][] = [
  ['/api/', '/api/v1/users'],
  ['/client/', `/client/v4/accounts/${ACCOUNT.id}/access/service_tokens`],
  ['/crmapi/', '/crmapi/rest/v2/access_tokens/list'],
  ['/health/', '/health/live'],
  ['/docs', '/docs/cloudflare.json'],
  ['/verify', '/verify'],
];

/** Rules for paths below a prefix, which hold because these proxies merge slashes themselves. */
const DEEPER: typeof RULES = [
  ['/api/v1/users', '/api/v1/users'],
  ['/api/v1/users/1000/', '/api/v1/users/1000/access-tokens'],
  ['/client/v4/accounts', `/client/v4/accounts/${ACCOUNT.id}/access/service_tokens`],
];

interface Kind {
  readonly name: string;
  readonly start: (file: string, latchkey: number, rules: typeof RULES) => Promise<Proxy>;
}

const nginx =
  (directives: string): Kind['start'] =>
  (file, latchkey, rules) =>
    startNginx(
      file,
      ({ port }) => `server {
      listen 127.0.0.1:${String(port)};
      ${directives}
      ${rules.map(([rule]) => `location ${rule} { return 403; }`).join('\n')}
      location / { proxy_pass http://127.0.0.1:${String(latchkey)}; }
    }`,
    );

const KINDS: Kind[] = [
  { name: 'nginx', start: nginx('') },
  {
    name: 'caddy',
    start: (file, latchkey, rules) => {
      const paths = rules.map(([rule]) => (rule.endsWith('/') ? `${rule}*` : `${rule} ${rule}/*`)).join(' ');
      return startCaddy(
        file,
        `{$GUARDED_SITE} {
          @refused path ${paths}
          respond @refused 403
          reverse_proxy 127.0.0.1:${String(latchkey)}
        }`,
      );
    },
  },
];

/** In place of the status of the first page, which is for everybody: a path such as `?/api/v1/users` leads to it. */
const FIRST_PAGE = -1;

/** The status for a target, sent unchanged; 0 if the connection is closed without an answer. */
function statusOf(baseUrl: string, target: string): Promise<number> {
  const { port, hostname } = new URL(baseUrl);
  const lines = Object.entries({ Host: 'x', Connection: 'close', ...HEADERS });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(Number(port), hostname, () =>
      socket.write(Buffer.from(`GET ${target} HTTP/1.1\r\n${head}\r\n`, 'latin1')),
    );
    destroyLater(socket);
    socket.on('data', (piece: Buffer) => (text += piece.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (text.includes('<title>Latchkey</title>')) resolve(FIRST_PAGE);
      else resolve(Number(/^HTTP\/1\.[01] (\d+)/.exec(text)?.[1] ?? 0));
    });
  });
}

/** Refused by the proxy, not served by Latchkey, or not HTTP; a redirect only names another path. */
const NOT_SERVED = new Set([FIRST_PAGE, 0, 302, 308, 400, 403, 404, 405]);

const CHANGES: ((path: string, at: number) => string)[] = [
  (path, at) => `${path.slice(0, at)}/${path.slice(at)}`,
  (path, at) => `${path.slice(0, at)}//${path.slice(at)}`,
  (path, at) => `${path.slice(0, at)}/./${path.slice(at)}`,
  (path, at) => `${path.slice(0, at)}/x/../${path.slice(at)}`,
  (path, at) => `${path.slice(0, at)}/x/%2e%2e/${path.slice(at)}`,
  (path, at) => `${path.slice(0, at)}%2f${path.slice(at)}`,
  (path, at) => `${path.slice(0, at)}%5c${path.slice(at)}`,
  (path, at) => `${path.slice(0, at)}\\${path.slice(at)}`,
  (path, at) => `${path.slice(0, at)}#${path.slice(at)}`,
  (path, at) => `${path.slice(0, at)};x${path.slice(at)}`,
  (path, at) => `${path.slice(0, at)}%00${path.slice(at)}`,
  (path, at) => `${path.slice(0, at)}%${path.charCodeAt(at).toString(16)}${path.slice(at + 1)}`,
  (path, at) => `${path.slice(0, at)}%25${path.charCodeAt(at).toString(16)}${path.slice(at + 1)}`,
  (path, at) => path.slice(0, at) + path.charAt(at).toUpperCase() + path.slice(at + 1),
  (path, at) => `${path.slice(0, at)}\t${path.slice(at)}`,
  (path, at) => `${path.slice(0, at)}\xa0${path.slice(at)}`,
  (path) => `/x/..${path}`,
  (path) => `/x/y/../..${path}`,
  (path) => `//${path}`,
  (path) => `/x${path}/../..${path}`,
  (path) => path.toUpperCase(),
  (path) => `http://x${path}`,
  (path) => `http://x/y/..${path}`,
  (path) => `http://x?${path}`,
  (path) => `${path}/../../x`,
  (path) => `${path}?/../../x`,
];

describe.each(KINDS)('$name', ({ name, start }) => {
  withBinary(name, (file) => {
    describe.each([
      ['for prefixes', RULES],
      ['for longer paths', DEEPER],
    ])('rules %s', (_what, rules) => {
      let server: TestServer;
      let proxy: Proxy;
      beforeAll(async () => {
        server = await startServer('sqlite');
        proxy = await start(file, server.port, rules);
      });
      afterAll(async () => {
        await proxy.stop();
        await server.close();
      });

      it('refuse what they should, and admit everything else', async () => {
        for (const [, path] of rules) {
          const { status } = await send(server.baseUrl, 'GET', path, { headers: HEADERS });
          // Two credentials at once are refused by /verify.
          expect([path, status]).toEqual([path, path === '/verify' ? 401 : 200]);
          expect([path, await statusOf(proxy.baseUrl, path)]).toEqual([path, 403]);
        }
        expect(await statusOf(proxy.baseUrl, '/api/v1/server-info')).toBe(rules === RULES ? 403 : 200);
        expect(await statusOf(proxy.baseUrl, '/')).toBe(FIRST_PAGE);
      });

      it('cannot be bypassed by one change of a path, at any position', async () => {
        const served: string[] = [];
        for (const [, path] of rules) {
          const targets = CHANGES.flatMap((change) => Array.from(path, (_letter, at) => change(path, at)));
          for (const target of new Set(targets)) {
            if (!NOT_SERVED.has(await statusOf(proxy.baseUrl, target))) served.push(target);
          }
        }
        expect(served).toEqual([]);
      });

      it('cannot be bypassed by several changes either', async () => {
        const change = fc.tuple(fc.constantFrom(...CHANGES), fc.nat(60));
        const target = fc
          .tuple(fc.constantFrom(...rules.map(([, path]) => path)), fc.array(change, { minLength: 2, maxLength: 5 }))
          .map(([path, changes]) => changes.reduce((result, [make, at]) => make(result, at % result.length), path));
        await fc.assert(
          fc.asyncProperty(target, async (spelling) => NOT_SERVED.has(await statusOf(proxy.baseUrl, spelling))),
          { numRuns: 2000 },
        );
      });
    });
  });
});
