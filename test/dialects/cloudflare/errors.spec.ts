import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { eachAtOnce } from '../../support/cases.js';
import { send, sendBytes, type Reply } from '../../support/http.js';
import { ADMIN } from '../../support/test-server.js';
import { ROUTES, named, newScene, type Scene } from './routes.js';
import {
  PREFIX,
  UNKNOWN_HEX,
  UNKNOWN_ID,
  changingNothing,
  cloudflareSuite,
  failure,
  invalid,
  refusal,
  tokensOf,
} from './support.js';

/** Those that read a body, except refresh, which has none. */
const BODY_ROUTES = ROUTES.filter(({ body, name }) => body !== undefined || name === 'rotate a service token');

const NEVER_USABLE: [what: string, body: string | Buffer][] = [
  ['half an object', '{"name":'],
  ['two objects', '{}{}'],
  ['a trailing comma', '{"name":"n",}'],
  ['single quotes', "{'name':'n'}"],
  ['a form', 'name=n&duration=1h'],
  ['XML', '<name>n</name>'],
  ['NaN', '{"name":NaN}'],
  ['bytes that are not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
  ['UTF-16', Buffer.from('{"name":"n"}', 'utf16le')],
  ['a NUL', '\0'],
  ['60,000 open brackets', '['.repeat(60_000)],
  ['a list', '[]'],
  ['a list of objects', '[{"name":"n"}]'],
  ['a number', '7'],
  ['a huge number', '1e400'],
  ['a string', '"name"'],
  ['true', 'true'],
  ['null', 'null'],
  ['nesting 30,000 deep in a list', '['.repeat(30_000) + ']'.repeat(30_000)],
];

/** A body that may be left out may be `null`. */
const neverUsable = ({ name }: (typeof ROUTES)[number]): typeof NEVER_USABLE =>
  NEVER_USABLE.filter(([, body]) => body !== 'null' || name !== 'rotate a service token');

cloudflareSuite('errors', (cf) => {
  const send1 = (scene: Scene, { method, path }: (typeof ROUTES)[number], body: string | Buffer): Promise<Reply> =>
    cf.admin.send(method, path(scene), body);

  describe('bodies', () => {
    /** Refused requests change nothing in it. */
    let scene: Scene;

    beforeAll(async () => {
      scene = await newScene(cf);
    });

    it.each(named(BODY_ROUTES))(
      'a body that is not a JSON object is refused, and nothing changes: %s',
      async (_name, route) => {
        await changingNothing(cf, () =>
          eachAtOnce(neverUsable(route), async ([, body]) => invalid(await send1(scene, route, body), null)),
        );
      },
    );

    it.each(named(BODY_ROUTES))(
      'a body of 1 MiB is refused with 413, and nothing changes: %s',
      async (_name, route) => {
        const body = JSON.stringify({ name: 'n', roles: ['read_only'], padding: 'x'.repeat(1_048_576) });
        const item = refusal(await changingNothing(cf, () => send1(scene, route, body)), 413, 12130);
        expect(item.message).toMatch(/\d+ bytes/);
      },
    );

    it.each([
      ['an invalid gzip body', { 'Content-Encoding': 'gzip' }],
      ['an encoding that does not exist', { 'Content-Encoding': 'wishful' }],
    ])('refuses %s', async (_what, headers) => {
      const reply = await changingNothing(cf, () => cf.admin.post(tokensOf(), '{"name":"n"}', { headers }));
      invalid(reply, null);
    });

    const HOSTILE: [what: string, value: string][] = [
      ['a deep list', '['.repeat(2000) + ']'.repeat(2000)],
      ['a deep object', '{"a":'.repeat(2000) + '1' + '}'.repeat(2000)],
      ['a huge number', '1e308'],
      ['a number beyond the range of numbers', '1e999'],
      ['a negative number', '-1'],
      ['a number of 1,000 digits', '9'.repeat(1000)],
      ['an object', '{"toString":1,"valueOf":2,"length":3}'],
      ['an object with a prototype', '{"__proto__":{"length":5}}'],
      ['an empty list', '[]'],
      ['a list of lists', '[[]]'],
      ['a NUL', '"\\u0000"'],
      ['a lone surrogate', '"\\ud83d"'],
      ['60,000 characters', `"${'x'.repeat(60_000)}"`],
    ];
    const FIELDS = ['name', 'duration', 'enabled', 'client_secret_version', 'previous_client_secret_expires_at'];

    it.each(FIELDS)('refuses invalid values of %s, and points at it', async (field) => {
      const { account, token } = scene;
      const name = field === 'name' ? '' : '"name":"n",';
      await changingNothing(cf, () =>
        eachAtOnce(HOSTILE, async ([, value]) => {
          const body = `{${name}"${field}":${value}}`;
          invalid(await cf.admin.post(tokensOf(account), body), field);
          invalid(await cf.admin.put(`${tokensOf(account)}/${token.id}`, body), field);
        }),
      );
    });

    it.each(['email', 'roles'])('refuses invalid values of %s, and points at it', async (field) => {
      const { account } = scene;
      const other = field === 'email' ? '"roles":["read_only"]' : `"email":"${ADMIN.email}"`;
      await eachAtOnce(HOSTILE, async ([, value]) =>
        invalid(await cf.admin.post(`/accounts/${account}/members`, `{${other},"${field}":${value}}`), field),
      );
    });

    it('treats __proto__ and constructor as unknown members', async () => {
      const { account } = await newScene(cf);
      const body = '{"__proto__":{"name":"inherited","enabled":false},"constructor":{"name":"x"}}';
      invalid(await changingNothing(cf, () => cf.admin.post(tokensOf(account), body)), 'name');
      const created = await cf.admin.post(tokensOf(account), `{"name":"own",${body.slice(1)}`);
      expect(created.json()).toMatchObject({ result: { name: 'own', enabled: true } });
      expect(({} as { enabled?: boolean }).enabled).toBeUndefined();
    });

    it('answers arbitrary JSON with a success or the failure envelope', async () => {
      const changed = await newScene(cf);
      const value = fc.oneof(fc.jsonValue(), fc.constantFrom(0, 2, '1h', true, ['read_only'], '2030-01-01T00:00:00Z'));
      const body = fc.oneof(
        fc.jsonValue(),
        fc.dictionary(fc.constantFrom(...FIELDS, 'email', 'roles', '__proto__', 'id'), value),
      );
      const routes = BODY_ROUTES.filter(({ name }) => !name.includes('member'));
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...routes), body, async (route, content) => {
          const reply = await send1(changed, route, JSON.stringify(content));
          if (reply.status >= 300) failure(reply);
          else expect(reply.json()).toMatchObject({ success: true, errors: [], messages: [] });
        }),
        { numRuns: 60 },
      );
    });
  });

  describe('paths', () => {
    const ODD = [
      '%zz',
      '%',
      '%00',
      '%ED%A0%80',
      '%2e%2e',
      '%2F',
      '%F0%9F%94%91',
      'x'.repeat(6000),
      '__proto__',
      "';--",
    ];

    it.each(ODD)('answers 404 in the envelope wherever a path contains %s', async (odd) => {
      const paths = [
        `/${odd}`,
        `/accounts/${odd}`,
        `/accounts/${odd}/members`,
        `/accounts/${UNKNOWN_HEX}/members/${odd}`,
        tokensOf(odd),
        `${tokensOf()}/${odd}`,
        `${tokensOf()}/${odd}/rotate`,
        `${tokensOf()}/${UNKNOWN_ID}/${odd}`,
      ];
      await eachAtOnce(paths, async (path) => {
        for (const method of ['GET', 'PUT', 'POST', 'DELETE']) {
          const reply = await cf.admin.send(method, path, { name: 'n', roles: ['read_only'] });
          expect([404, 405]).toContain(reply.status);
          expect([7000, 7003, 12135, 10001]).toContain(failure(reply).code);
        }
      });
    });

    it.each([
      '',
      '/',
      '/nothing',
      '/account',
      '/accounts/x/y/z',
      `${tokensOf()}/${UNKNOWN_ID}/revoke`,
      `/accounts/${'a'.repeat(32)}/access`,
      `/accounts/${'a'.repeat(32)}/access/tags`,
      `/zones/${'a'.repeat(32)}/access/policies`,
      `/zones/${'a'.repeat(32)}/dns_records`,
      '/user/tokens',
    ])('answers 7000 for what is not served, with or without a credential: %s', async (path) => {
      for (const caller of [cf.admin, cf.anonymous]) {
        for (const method of ['GET', 'POST', 'PATCH', 'DELETE']) {
          const { message } = refusal(await caller.send(method, path), 404, 7000);
          expect(message).toContain(`/client/v4${path} is not served by this server`);
        }
      }
    });

    it('repeats the path as it was requested, and not the query', async () => {
      const { message } = refusal(await cf.admin.get('/No%20Such/Path?secret=1'), 404, 7000);
      expect(message).toBe(
        `No route for that URI: ${cf.server.basePath}/client/v4/No%20Such/Path is not served by this server`,
      );
    });

    it('does not answer outside its prefix', async () => {
      for (const path of ['/client/v40/accounts', '/client', '/client/v5/accounts']) {
        const reply = await send(cf.server.baseUrl, 'GET', path);
        expect(reply.status).toBe(404);
        expect(reply.text).not.toContain('700');
      }
    });
  });

  describe('methods', () => {
    const token = `${tokensOf()}/${UNKNOWN_ID}`;
    const members = `/accounts/${'a'.repeat(32)}/members`;

    it.each<[path: string, wrong: string[], allow: string]>([
      [tokensOf(), ['PUT', 'PATCH', 'DELETE', 'OPTIONS'], 'GET, HEAD, POST'],
      [token, ['POST', 'PATCH', 'OPTIONS'], 'DELETE, GET, HEAD, PUT'],
      [`${token}/refresh`, ['GET', 'PUT', 'PATCH', 'DELETE'], 'POST'],
      [`${token}/rotate`, ['GET', 'PUT', 'PATCH', 'DELETE'], 'POST'],
      ['/accounts', ['PUT', 'PATCH', 'DELETE'], 'GET, HEAD, POST'],
      [`/accounts/${'a'.repeat(32)}`, ['POST', 'PATCH'], 'DELETE, GET, HEAD, PUT'],
      [members, ['PUT', 'PATCH', 'DELETE'], 'GET, HEAD, POST'],
      [`${members}/${UNKNOWN_HEX}`, ['POST', 'PATCH'], 'DELETE, GET, HEAD, PUT'],
      ['/user/tokens/verify', ['POST', 'PUT', 'PATCH', 'DELETE'], 'GET, HEAD'],
    ])('answers 405 on %s for %j, with the allowed methods in Allow', async (path, wrong, allow) => {
      const methods = wrong.filter((name) => !cf.server.methodsOfHost.includes(name));
      await changingNothing(cf, () =>
        eachAtOnce(methods, async (method) => {
          const reply = await cf.admin.send(method, path, method === 'OPTIONS' ? undefined : {});
          refusal(reply, 405, 10001);
          expect(reply.headers.allow).toBe(allow);
        }),
      );
    });
  });

  describe('queries and headers', () => {
    const QUERIES = [
      '?name=a&name=b',
      '?name[]=a',
      '?name[x]=a',
      '?search=%FF',
      '?search=%zz',
      '?page=1&page=2',
      '?per_page=5&per_page=x',
      '?&&&==',
      `?${'a=1&'.repeat(1500)}`,
      '?__proto__[x]=1',
      '?name=%00&search=%00',
    ];

    it('answers any query with a list or the failure envelope', () =>
      eachAtOnce(QUERIES, async (query) => {
        const reply = await cf.admin.get(tokensOf() + query);
        if (reply.status === 200) expect(reply.json()).toMatchObject({ success: true, result: expect.any(Array) });
        else failure(reply);
      }));

    it('answers any header with a list or the failure envelope', async () => {
      for (const header of [
        'Authorization: ',
        'Authorization: Bearer \xff\xfe\xfd\xfc\xff\xfe\xfd\xfc\xff\xfe\xfd\xfc\xff\xfe\xfd\xfc',
        'X-Auth-Email: \xff\r\nX-Auth-Key: \xff',
        `X-Auth-Email: ${'x'.repeat(5000)}\r\nX-Auth-Key: ${'x'.repeat(43)}`,
        `X-Auth-Email: a\r\nX-Auth-Email: b\r\nX-Auth-Key: ${ADMIN.token}\r\nX-Auth-Key: ${ADMIN.token}`,
        `Authorization: Bearer ${ADMIN.token}\r\nAccept: application/xml\r\nContent-Type: \xff\r\nCookie: ;;=`,
        `Authorization: Bearer ${ADMIN.token}\r\nContent-Type: application/json; charset=nonsense`,
        `Authorization: Bearer ${ADMIN.token}\r\nX-Forwarded-For: \xff, not an address\r\nForwarded: ;;;`,
      ]) {
        const target = `${cf.server.basePath}${PREFIX}${tokensOf()}?per_page=1`;
        const head = `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${header}\r\n\r\n`;
        const reply = await sendBytes(cf.server.baseUrl, Buffer.from(head, 'latin1'));
        if (reply.status === 200) expect(reply.json()).toMatchObject({ success: true });
        else failure(reply);
      }
    });
  });
});
