/** Addresses, methods and headers that no client should send. */
import { describe, expect, it } from '@jest/globals';
import { eachAtOnce } from '../../support/cases.js';
import { send } from '../../support/http.js';
import { ADMIN } from '../../support/test-server.js';
import { UNAUTHORIZED, UNKNOWN_TOKEN, canvusSuite, ok, refusal, stored } from './support.js';

const BELOW_USER: [method: string, rest: string][] = [
  ['GET', ''],
  ['PATCH', ''],
  ['DELETE', ''],
  ['POST', '/approve'],
  ['POST', '/block'],
  ['POST', '/unblock'],
  ['POST', '/password'],
  ['GET', '/access-tokens'],
  ['POST', '/access-tokens'],
  ['GET', '/access-tokens/x'],
  ['PATCH', '/access-tokens/x'],
  ['DELETE', '/access-tokens/x'],
];

const BAD_IDS: [what: string, id: string, status: number][] = [
  ['no hex digits after a percent sign', '%zz', 400],
  ['a percent sign at the end', '1000%', 400],
  ['bytes that are not UTF-8', '%ff%fe', 400],
  ['an encoded surrogate', '%ED%A0%80', 400],
  ['a NUL', '1000%00', 400],
  ['a word', 'me', 400],
  ['a fraction', '1000.5', 400],
  ['an exponent', '1e400', 400],
  ['a plus sign', '+1000', 400],
  ['a space', '%201000', 400],
  ['a line break', '1000%0a', 400],
  ['Arabic digits', '%D9%A1%D9%A0%D9%A0%D9%A0', 400],
  ['a property name of the language', '__proto__', 400],
  ['5,000 letters', 'x'.repeat(5000), 400],
  ['a slash within', '1000%2f1001', 400],
  ['minus zero', '-0', 404],
  ['a negative number', '-1000', 404],
  ['more than 32 bits', '4294968296', 404],
  ['more than 64 bits', '18446744073709552616', 404],
  ['400 digits', '1'.padEnd(401, '0'), 404],
  ['5,000 digits', '9'.repeat(5000), 404],
];

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'];

const ALLOWED: [path: string, allowed: string[]][] = [
  ['/users', ['GET', 'POST']],
  ['/users/1000', ['DELETE', 'GET', 'PATCH']],
  ['/users/1000/approve', ['POST']],
  ['/users/1000/block', ['POST']],
  ['/users/1000/unblock', ['POST']],
  ['/users/1000/password', ['POST']],
  ['/users/1000/access-tokens', ['GET', 'POST']],
  ['/users/1000/access-tokens/x', ['DELETE', 'GET', 'PATCH']],
  ['/server-info', ['GET']],
  ['/server-config', ['GET', 'PATCH']],
];

canvusSuite('bad requests', (canvus) => {
  describe.each(BELOW_USER)('%s users/:id%s', (method, rest) => {
    it('refuses an invalid id, and changes nothing', async () => {
      const before = await stored(canvus.server);
      await eachAtOnce(BAD_IDS, async ([, id, status]) => {
        const reply = await canvus.admin.send(method, `/users/${id}${rest}`, method === 'GET' ? undefined : {});
        expect(refusal(reply, status).length).toBeLessThan(200);
      });
      expect(await stored(canvus.server)).toEqual(before);
    });
  });

  describe('405', () => {
    it('lists the allowed methods at every address', async () => {
      const before = await stored(canvus.server);
      await eachAtOnce(ALLOWED, async ([path, allowed]) => {
        const others = [...allowed, ...canvus.server.methodsOfHost];
        for (const method of METHODS.filter((name) => !others.includes(name))) {
          const reply = await canvus.admin.send(method, path, method === 'TRACE' ? undefined : { description: 'd' });
          refusal(reply, 405);
          const named = (reply.headers.allow ?? '').split(', ').filter((name) => name !== 'HEAD');
          expect(named.sort()).toEqual(allowed);
        }
      });
      expect(await stored(canvus.server)).toEqual(before);
    });
  });

  describe('404', () => {
    const NOWHERE = [
      '/',
      '/userss',
      '/users/1000/nothing',
      '/users/1000/access-tokens/x/y',
      '/users/../users',
      '/server-info/x',
      '/%2e%2e/health',
      '/users%2f1000',
    ];

    it('is the answer for unknown paths, whatever the method', async () => {
      await eachAtOnce(NOWHERE, async (path) => {
        for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
          refusal(await canvus.admin.send(method, path, method === 'GET' ? undefined : {}), 404);
        }
      });
    });
  });

  describe('401', () => {
    it.each([
      ['the same twice', ADMIN.token, ADMIN.token],
      ['a valid one and an unknown one', ADMIN.token, UNKNOWN_TOKEN],
      ['an unknown one and a valid one', UNKNOWN_TOKEN, ADMIN.token],
      ['an empty one and a valid one', '', ADMIN.token],
    ])('is the answer to two Private-Token headers: %s', async (_what, one, other) => {
      const headers = ['Private-Token', one, 'Private-Token', other];
      const reply = await send(canvus.server.baseUrl, 'GET', '/api/v1/users', { headers });
      expect(reply.status).toBe(401);
      expect(reply.json()).toEqual(UNAUTHORIZED);
    });
  });

  describe('200', () => {
    it.each(['?__proto__[admin]=true', '?a[b][c]=1&a=2', '?x=%zz', '?%00', `?${'a=1&'.repeat(2000)}`])(
      'ignores a query such as %s',
      async (query) => {
        ok(await canvus.admin.get(`/users/1000${query}`));
      },
    );
  });
});
