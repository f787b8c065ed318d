/** Input that no client should send: always a 4xx that says why, nothing written, nothing secret echoed. */
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { eachAtOnce } from '../../support/cases.js';
import type { Reply } from '../../support/http.js';
import { ADMIN } from '../../support/test-server.js';
import { canvusSuite, ok, refusal, stored, type Canvus } from './support.js';

/** In every body; must never be repeated. */
const SENSITIVE = 'Sensitive-Sensitive';

interface WriteRoute {
  readonly name: string;
  readonly method: string;
  /** @param id - of a user, @param tokenId - of a token of the administrator's */
  readonly path: (id: string, tokenId: string) => string;
  /** A body that would be accepted with a login token. */
  readonly good: Readonly<Record<string, unknown>>;
  readonly texts: readonly string[];
  readonly flags: readonly string[];
  /** Whether it is valid without members. */
  readonly allOptional?: boolean;
}

const WRITE_ROUTES: WriteRoute[] = [
  {
    name: 'POST access-tokens',
    method: 'POST',
    path: () => '/users/1000/access-tokens',
    good: { description: SENSITIVE },
    texts: ['description'],
    flags: [],
  },
  {
    name: 'PATCH access-tokens/:token-id',
    method: 'PATCH',
    path: (_id, tokenId) => `/users/1000/access-tokens/${tokenId}`,
    good: { description: SENSITIVE },
    texts: ['description'],
    flags: [],
  },
  {
    name: 'POST users',
    method: 'POST',
    path: () => '/users',
    good: { email: 'new@example.com', name: 'New', password: SENSITIVE },
    texts: ['email', 'name', 'password'],
    flags: ['admin', 'approved', 'blocked'],
  },
  {
    name: 'PATCH users/:id',
    method: 'PATCH',
    path: (id) => `/users/${id}`,
    good: { email: 'changed@example.com', name: 'Changed', password: SENSITIVE },
    texts: ['email', 'name', 'password'],
    flags: ['admin', 'approved', 'blocked', 'need_email_confirmation'],
    allOptional: true,
  },
  {
    name: 'POST users/:id/password',
    method: 'POST',
    path: () => '/users/1000/password',
    good: { current_password: ADMIN.password, new_password: SENSITIVE },
    texts: ['current_password', 'new_password'],
    flags: [],
  },
  {
    name: 'POST users/login by password',
    method: 'POST',
    path: () => '/users/login',
    good: { email: 'unknown@example.com', password: SENSITIVE },
    texts: ['email', 'password'],
    flags: ['remember'],
  },
  {
    name: 'POST users/login by token',
    method: 'POST',
    path: () => '/users/login',
    good: { token: SENSITIVE },
    texts: ['token'],
    flags: ['remember'],
  },
  {
    name: 'POST users/logout',
    method: 'POST',
    path: () => '/users/logout',
    good: { token: SENSITIVE },
    texts: ['token'],
    flags: [],
    allOptional: true,
  },
  {
    name: 'PATCH server-config',
    method: 'PATCH',
    path: () => '/server-config',
    good: { server_name: SENSITIVE, external_url: '' },
    texts: ['server_name', 'external_url'],
    flags: [],
    allOptional: true,
  },
];

const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

/** 4 MiB when decompressed. */
const BOMB = gzipSync(Buffer.alloc(4 * 1024 * 1024, ' '));

const BAD_BODIES: [what: string, body: string | Buffer, status: number][] = [
  ['cut-off JSON', '{"description":"x"', 400],
  ['text', 'description=x&name=y', 400],
  ['single quotes', `{'description':'x'}`, 400],
  ['two objects', '{}{}', 400],
  ['NaN', '{"description":NaN}', 400],
  ['a raw NUL in a string', '{"description":"a\0b"}', 400],
  ['invalid UTF-8', Buffer.from('{"description":"\xff\xfe","name":"\xc3("}', 'latin1'), 400],
  ['UTF-16', Buffer.from('\ufeff{"description":"x"}', 'utf16le'), 400],
  ['an array', '[{"description":"x"}]', 400],
  ['a string', '"description"', 400],
  ['a number', '1e400', 400],
  ['true', 'true', 400],
  ['null', 'null', 400],
  ['30,000 levels of arrays', deep(30_000), 400],
  ['60,000 open brackets', '['.repeat(60_000), 400],
  ['1 MiB', `{"description":"${'x'.repeat(1024 * 1024)}"}`, 413],
];

const BAD_VALUES: [what: string, json: string, forTexts: boolean, forFlags: boolean][] = [
  ['a number', '7', true, true],
  ['a number beyond the range of numbers', '1e400', true, true],
  ['a number of 400 digits', '9'.repeat(400), true, true],
  ['another primitive type', 'true', true, false],
  ['a string for a flag', '"true"', false, true],
  ['an array', '["x"]', true, true],
  ['an object', '{"length":1,"toString":"x"}', true, true],
  ['10,000 levels of arrays', deep(10_000), true, true],
  ['text with a NUL', '"a\\u0000b@example.com"', true, true],
  ['a lone high surrogate', '"a\\ud800@example.com"', true, true],
  ['a lone low surrogate', '"\\udc00a@example.com"', true, true],
  ['60,000 characters', `"${'x'.repeat(60_000)}"`, true, true],
];

/** Reading the configuration for the first time writes it. */
const ALL_BUT_SETTINGS = { tables: ['user', 'token', 'token_count', 'membership', 'account', 'audit'] } as const;

/** Asserts that nothing was added, except audit rows of failed logins. */
async function changingNothing(canvus: Canvus, work: () => Promise<void>): Promise<void> {
  const before = await stored(canvus.server, { failedLogins: false });
  await work();
  expect(await stored(canvus.server, { failedLogins: false })).toEqual(before);
}

function expectRefused(reply: Reply, statuses: number[]): void {
  expect(statuses).toContain(reply.status);
  refusal(reply, reply.status);
  expect(reply.text.length).toBeLessThan(1000);
  for (const secret of [SENSITIVE, ADMIN.password, ADMIN.token, '$2']) expect(reply.text).not.toContain(secret);
}

/** The valid body with one member replaced by the given JSON. */
function withMember(good: Readonly<Record<string, unknown>>, name: string, json: string): string {
  const others = Object.entries(good).filter(([key]) => key !== name);
  const members = others.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
  return `{${[...members, `${JSON.stringify(name)}:${json}`].join(',')}}`;
}

canvusSuite('bad bodies', (canvus) => {
  describe.each(WRITE_ROUTES)('$name', (route) => {
    let path: string;

    beforeAll(async () => {
      const { user } = await canvus.person();
      const token = await canvus.token(1000);
      path = route.path(String(user.id), token.id);
    });

    it('refuses bodies that are not JSON objects', async () => {
      await changingNothing(canvus, () =>
        eachAtOnce(BAD_BODIES, async ([, body, status]) => {
          expectRefused(await canvus.admin.send(route.method, path, body), [status]);
        }),
      );
    });

    it('refuses invalid values of every member', async () => {
      await changingNothing(canvus, () =>
        eachAtOnce(BAD_VALUES, async ([, json, forTexts, forFlags]) => {
          for (const name of [...(forTexts ? route.texts : []), ...(forFlags ? route.flags : [])]) {
            const reply = await canvus.admin.send(route.method, path, withMember(route.good, name, json));
            // A login with invalid text fails as any other; a wrong current password is not permitted.
            const failed = path === '/users/login' ? [401] : name === 'current_password' ? [403] : [];
            expectRefused(reply, [400, ...failed]);
          }
        }),
      );
    });

    it('ignores members that all objects inherit', async () => {
      const before = await stored(canvus.server, ALL_BUT_SETTINGS);
      await eachAtOnce(['__proto__', 'constructor', 'prototype', 'toString'], async (name) => {
        const body = `{"${name}":${JSON.stringify({ ...route.good, admin: true })}}`;
        const reply = await canvus.admin.send(route.method, path, body);
        expect(reply.status).toBe(route.allOptional ? 200 : 400);
      });
      expect(await stored(canvus.server, ALL_BUT_SETTINGS)).toEqual(before);
      expect(({} as { admin?: boolean }).admin).toBeUndefined();
    });

    it('refuses bodies in an unreadable encoding, and never with 415', async () => {
      const encoded = (encoding: string, body: string | Buffer): Promise<Reply> =>
        canvus.admin.send(route.method, path, body, { headers: { 'Content-Encoding': encoding } });
      await changingNothing(canvus, async () => {
        expectRefused(await encoded('no-such-encoding', '{}'), [400]);
        expectRefused(await encoded('gzip', 'not gzip'), [400]);
        expectRefused(await encoded('gzip', BOMB), [413]);
      });
    });
  });

  it('still works as before after all that', async () => {
    ok(await canvus.admin.get('/users'));
  });

  it('refuses an address whose lower-case form is too long for its column', async () => {
    const growing = '\u0130';
    const email = `${growing.repeat(32)}@${growing.repeat(60)}.${growing.repeat(60)}.com`;
    const created = await canvus.admin.post('/users', { email, name: 'Growing' });
    expect([200, 400]).toContain(created.status);
    const failed = await canvus.anonymous.post('/users/login', { email, password: SENSITIVE });
    expect(refusal(failed, 401)).toBe('Invalid username or password.');
  });
});
