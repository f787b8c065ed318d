import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createDatabase, onBothEngines } from '../support/engines.js';
import { send, type Reply } from '../support/http.js';
import { startProcess } from '../support/process.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { ACCOUNT, ADMIN, startInMount } from '../support/test-server.js';
import {
  UNKNOWN_USER_TOKEN,
  bearer,
  canvus,
  dataPlaneSuite,
  identity,
  json,
  listed,
  ok,
  pair,
  privately,
  tokenPath,
  type Headers,
} from './support.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const NAMES = [
  'account-id',
  'expires-at',
  'matched-secret',
  'scopes',
  'token-id',
  'token-kind',
  'token-name',
  'user-id',
].map((name) => `latchkey-${name}`);
const VARY = 'Authorization, CF-Access-Client-Id, CF-Access-Client-Secret, Private-Token';

const SECOND = 1000;
const HOUR = 3600 * SECOND;
const START = Date.parse('2026-07-01T00:00:00.123Z');

interface Refusal {
  error: string;
  error_description: string;
}

/** The body of an answer that must be a refusal: without identity headers, and not cacheable. */
function refusal(reply: Reply, status: number): Refusal {
  expect({ status: reply.status, text: reply.text }).toEqual({ status, text: expect.any(String) });
  expect(reply.headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' });
  expect(Object.keys(reply.headers).filter((name) => name.startsWith('latchkey'))).toEqual([]);
  const body = reply.json<Refusal>();
  expect(body).toEqual({ error: expect.any(String), error_description: expect.stringMatching(/\S/) });
  return body;
}

dataPlaneSuite('/verify', ({ cf, verify, status, login, crmLogin }) => {
  describe('200', () => {
    it('for a service token, with its identity in exactly these headers, not cacheable', async () => {
      const token = await cf.token(ACCOUNT.id, { name: 'CI/CD token', duration: '1h' });
      const { expiresAt } = await stored(token.id);
      const reply = await verify(pair(token));
      expect(identity(reply)).toEqual({
        'latchkey-token-id': token.id,
        'latchkey-token-kind': 'service_token',
        'latchkey-token-name': 'CI%2FCD%20token',
        'latchkey-account-id': ACCOUNT.id,
        'latchkey-user-id': '',
        'latchkey-expires-at': expiresAt,
        'latchkey-scopes': '',
        'latchkey-matched-secret': 'current',
      });
      expect([reply.headers['cache-control'], reply.headers['content-length']]).toEqual(['no-store', '0']);
    });

    it('for a personal token, in Private-Token or as Bearer, with the user it acts for', async () => {
      const person = await cf.person();
      for (const headers of [privately(person.key), bearer(person.key)]) {
        expect(identity(await verify(headers))).toEqual({
          'latchkey-token-id': expect.stringMatching(UUID),
          'latchkey-token-kind': 'personal_token',
          'latchkey-token-name': 'key',
          'latchkey-account-id': '',
          'latchkey-user-id': String(person.userId),
          'latchkey-expires-at': '',
          'latchkey-scopes': '',
          'latchkey-matched-secret': 'current',
        });
      }
    });

    it('for a login token, in Private-Token or as Bearer, with its expiry', async () => {
      const person = await cf.person();
      const token = await login(person);
      for (const headers of [privately(token), bearer(token), { authorization: `bearer  ${token}` }]) {
        const told = identity(await verify(headers));
        expect(told).toMatchObject({ 'latchkey-token-kind': 'session', 'latchkey-user-id': String(person.userId) });
        expect(Date.parse(told['latchkey-expires-at'] ?? '')).toBeGreaterThan(Date.now());
        expect(Object.keys(told).sort()).toEqual(NAMES);
      }
    });

    it('says which of two secrets matched', async () => {
      const token = await cf.token(ACCOUNT.id);
      const until = new Date(Date.now() + HOUR).toISOString();
      const rotated = await cf.rotate(ACCOUNT.id, token.id, { previous_client_secret_expires_at: until });
      expect(identity(await verify(pair(token)))).toMatchObject({ 'latchkey-matched-secret': 'previous' });
      expect(identity(await verify(pair(rotated)))).toMatchObject({ 'latchkey-matched-secret': 'current' });
    });

    it.each([
      ['plain', 'deploy', 'deploy'],
      ['emoji and spaces', ' 🔑 x ', '%20%F0%9F%94%91%20x%20'],
      ['characters that would end a header', 'a\r\nLatchkey-User-Id: 1000', 'a%0D%0ALatchkey-User-Id%3A%201000'],
      ['quotes and percent signs', `"%41'`, `%22%2541'`],
      ['more than a hundred characters', 'é'.repeat(350), '%C3%A9'.repeat(100)],
      ['a surrogate pair at the hundredth', `${'x'.repeat(99)}🔑y`, `${'x'.repeat(99)}%F0%9F%94%91`],
    ])('a name is percent-encoded, and no longer than a hundred characters: %s', async (_, name, shown) => {
      const token = await cf.token(ACCOUNT.id, { name });
      expect(identity(await verify(pair(token)))['latchkey-token-name']).toBe(shown);
    });

    it('a changed name takes effect at once', async () => {
      const token = await cf.token(ACCOUNT.id, { name: 'before' });
      expect(identity(await verify(pair(token)))['latchkey-token-name']).toBe('before');
      ok(await cf.admin.put(tokenPath(ACCOUNT.id, token.id), { name: 'after' }));
      expect(identity(await verify(pair(token)))['latchkey-token-name']).toBe('after');
    });

    it('never repeats what a client sent, even in our own headers, except the id of the request', async () => {
      const sent = Object.fromEntries(NAMES.map((name) => [name, 'forged']));
      const more = { ...sent, 'Latchkey-Admin': 'forged', 'X-Request-Id': 'forged', 'User-Agent': 'forged' };
      const person = await cf.person();
      for (const headers of [pair(await cf.token(ACCOUNT.id)), privately(person.key)]) {
        const clean = await verify(headers);
        const reply = await verify(listed(more, headers, more));
        const { date: _then, 'x-request-id': _first, ...expected } = clean.headers;
        const { date: _now, 'x-request-id': _id, ...received } = reply.headers;
        expect([reply.status, received]).toEqual([200, expected]);
        expect(JSON.stringify(received)).not.toContain('forged');
      }
      const refused = await verify(more, 'kind=session');
      const { 'x-request-id': _id, ...headers } = refused.headers;
      expect([refused.status, JSON.stringify([headers, refused.text])]).toEqual([
        401,
        expect.not.stringContaining('forged'),
      ]);
    });

    it('other Authorization schemes next to one of our headers are left to the service behind', async () => {
      const token = await cf.token(ACCOUNT.id);
      for (const value of ['Basic eDp5', 'Digest username="x"', 'BearerX y', '']) {
        expect(await status({ ...pair(token), Authorization: value })).toBe(200);
      }
    });
  });

  describe('401', () => {
    it('without credentials, with a challenge and no error (RFC 6750 §3.1)', async () => {
      for (const headers of [{}, { Authorization: 'Basic eDp5' }, { Cookie: `x=${ADMIN.token}` }] as Headers[]) {
        const reply = await verify(headers);
        expect(refusal(reply, 401).error).toBe('unauthorized');
        expect(reply.headers).toMatchObject({ 'www-authenticate': 'Bearer realm="latchkey"', vary: VARY });
      }
    });

    it('for a credential that is not accepted, with the same message whatever the reason', async () => {
      const token = await cf.token(ACCOUNT.id);
      const disabled = await cf.token(ACCOUNT.id, { enabled: false });
      const blocked = await cf.person();
      await canvus(cf.server, 'POST', `/users/${String(blocked.userId)}/block`);
      const rejected = [
        pair({ ...token, client_secret: disabled.client_secret }),
        pair({ ...token, client_id: `${'0'.repeat(32)}.access` }),
        pair({ ...token, client_secret: 'x' }),
        pair(disabled),
        { 'CF-Access-Client-Id': token.client_id },
        privately(UNKNOWN_USER_TOKEN),
        privately(blocked.key),
        bearer(blocked.key),
        bearer(''),
        { ...pair(token), ...privately(ADMIN.token) },
        privately(await crmLogin()),
        bearer(await crmLogin()),
        // Only a header of its own, and only where one is set, holds JSON.
        { Authorization: json(token), 'X-Service-Token': json(token), ...privately('') },
      ];
      const bodies = new Set<string>();
      for (const headers of rejected) {
        const reply = await verify(headers);
        expect([headers, reply.status]).toEqual([headers, 401]);
        expect(refusal(reply, 401).error).toBe('unauthorized');
        const challenge = 'Bearer realm="latchkey", error="invalid_token"';
        expect(reply.headers).toMatchObject({ 'www-authenticate': challenge, vary: VARY });
        bodies.add(reply.text);
      }
      expect(bodies.size).toBe(1);
      expect(await status(pair(token))).toBe(200);
    });

    it('comes before 403: a rule reveals nothing to unauthenticated callers', async () => {
      expect(await status(privately(UNKNOWN_USER_TOKEN), 'kind=service_token')).toBe(401);
    });
  });

  describe('a rule', () => {
    const OTHER = 'b'.repeat(32);
    let service: Headers;
    let personal: Headers;
    let session: Headers;
    beforeEach(async () => {
      if (service as Headers | undefined) return;
      service = pair(await cf.token(ACCOUNT.id));
      const person = await cf.person();
      personal = privately(person.key);
      session = bearer(await login(person));
    });

    it.each<[rule: string, service: number, personal: number, session: number]>([
      ['kind=service_token', 200, 403, 403],
      ['kind=personal_token', 403, 200, 403],
      ['kind=session', 403, 403, 200],
      ['kind=service_token&kind=session', 200, 403, 200],
      ['kind=personal_token,session', 403, 200, 200],
      ['kind=personal_token,session&kind=service_token', 200, 200, 200],
      ['kind=session,session', 403, 403, 200],
      ['k%69nd=s%65ssion', 403, 403, 200],
      [`account=${ACCOUNT.id}`, 200, 403, 403],
      [`account=${OTHER}`, 403, 403, 403],
      [`account=${OTHER}&account=${ACCOUNT.id}`, 200, 403, 403],
      [`account=${OTHER},${ACCOUNT.id}`, 200, 403, 403],
      [`account=${ACCOUNT.id}&kind=service_token`, 200, 403, 403],
      [`account=${ACCOUNT.id}&kind=session,personal_token`, 403, 403, 403],
      ['', 200, 200, 200],
      ['&', 200, 200, 200],
    ])('%s admits these: service %d, personal %d, session %d', async (rule, ...expected) => {
      const statuses = [await status(service, rule), await status(personal, rule), await status(session, rule)];
      expect(statuses).toEqual(expected);
    });

    it('403 says that the credential is valid, not cacheable', async () => {
      const reply = await verify(service, 'kind=session');
      expect(refusal(reply, 403).error).toBe('forbidden');
      expect(reply.headers).toMatchObject({ vary: VARY });
      expect(reply.headers).not.toHaveProperty('www-authenticate');
    });

    it('in the path, for proxies that append the original path and query, is not affected by these', async () => {
      const statusAt = async (path: string, headers: Headers): Promise<number> =>
        (await send(cf.server.baseUrl, 'GET', `/verify/only/${path}`, { headers })).status;
      const rests = ['', '/', '/a/b?kind=session', '?kind=session', '/kind=session', '//x', '/../../verify', '/%2f..'];
      for (const rest of rests) {
        expect([rest, await statusAt(`kind=service_token${rest}`, service)]).toEqual([rest, 200]);
        expect([rest, await statusAt(`kind=service_token${rest}`, session)]).toEqual([rest, 403]);
        expect([rest, await statusAt(`kind=service_token,session&account=${OTHER}${rest}`, session)]).toEqual([
          rest,
          403,
        ]);
      }
      for (const wrong of ['kind', 'x/kind=session', 'kind=service_token*', 'kind=service_token%2F', 'foo']) {
        expect([wrong, await statusAt(wrong, service)]).toEqual([wrong, 400]);
      }
    });

    it.each([
      ['kind=robot', 'kind is "robot"; give one of service_token, personal_token, session, access_token'],
      ['kind=', 'kind is ""; give one of service_token, personal_token, session, access_token'],
      ['kind=session,', 'kind is ""; give one of service_token, personal_token, session, access_token'],
      ['kind=Session', 'kind is "Session"; give one of service_token, personal_token, session, access_token'],
      ['kind', 'kind is ""; give one of service_token, personal_token, session, access_token'],
      ['account=', 'account is ""; give 32 lower-case hex characters'],
      [`account=${'A'.repeat(31)}`, `account is "${'A'.repeat(31)}"; give 32 lower-case hex characters`],
      [`account=${'a'.repeat(400)}`, `account is "${'a'.repeat(40)}…"; give 32 lower-case hex characters`],
      [
        'kinds=session',
        'the parameter "kinds" is not known; there are kind, account, token, user, member_of, role, scope and app',
      ],
      [
        'Kind=session',
        'the parameter "Kind" is not known; there are kind, account, token, user, member_of, role, scope and app',
      ],
      [
        'kind=session&x',
        'the parameter "x" is not known; there are kind, account, token, user, member_of, role, scope and app',
      ],
      [
        'kind=session;account=x',
        'kind is "session;account=x"; give one of service_token, personal_token, session, access_token',
      ],
      [
        '__proto__=x',
        'the parameter "__proto__" is not known; there are kind, account, token, user, member_of, role, scope and app',
      ],
      [
        '%00=%0d%0a',
        'the parameter "\\u0000" is not known; there are kind, account, token, user, member_of, role, scope and app',
      ],
      ['kind=%ff', 'kind is "\ufffd"; give one of service_token, personal_token, session, access_token'],
    ])('400 for one that is invalid, for every caller: %s', async (rule, words) => {
      for (const headers of [service, {}, privately(UNKNOWN_USER_TOKEN)]) {
        expect(refusal(await verify(headers, rule), 400)).toEqual({
          error: 'invalid_request',
          error_description: words,
        });
      }
    });
  });

  /** The end of a token, to the millisecond. */
  const stored = async (id: string): Promise<{ expiresAt: string }> => {
    const [row] = await cf.server.dataSource.query<{ expires_at: string | number }[]>(
      `SELECT expires_at FROM latchkey_token WHERE id = '${id}'`,
    );
    return { expiresAt: new Date(Number(row?.expires_at)).toISOString() };
  };
});

dataPlaneSuite(
  '/verify where proxies may cache for a minute, and X-Service-Token contains JSON',
  ({ cf, verify, status }) => {
    beforeEach(() => {
      cf.server.clock.freeze(new Date(START));
    });
    afterEach(() => {
      cf.server.clock.reset();
    });

    const keptFor = async (headers: Headers): Promise<string | undefined> => {
      const reply = await verify(headers);
      expect(reply.status).toBe(200);
      const control = reply.headers['cache-control'];
      expect(reply.headers.vary).toBe(control === 'no-store' ? undefined : `${VARY}, X-Service-Token`);
      return control;
    };
    const forSeconds = (seconds: number): string => `max-age=${String(seconds)}, must-revalidate`;

    it('the answer may be cached for that long if nothing ends before', async () => {
      expect(await keptFor(pair(await cf.token(ACCOUNT.id)))).toBe(forSeconds(60));
      expect(await keptFor(privately(ADMIN.token))).toBe(forSeconds(60));
    });

    it('the answer may not be cached up to the expiry: whole seconds, less one for the delay', async () => {
      const headers = pair(await cf.token(ACCOUNT.id, { duration: '1h' }));
      const times: [left: number, kept: string][] = [
        [HOUR, forSeconds(60)],
        [61 * SECOND, forSeconds(60)],
        [61 * SECOND - 1, forSeconds(59)],
        [10 * SECOND, forSeconds(9)],
        [2001, forSeconds(1)],
        [2000, forSeconds(1)],
        [1999, 'no-store'],
        [1, 'no-store'],
      ];
      for (const [left, kept] of times) {
        cf.server.clock.freeze(new Date(START + HOUR - left));
        expect([left, await keptFor(headers)]).toEqual([left, kept]);
      }
      cf.server.clock.freeze(new Date(START + HOUR));
      expect(await status(headers)).toBe(401);
    });

    it('the answer may not be cached up to the end of the overlap, for the previous secret', async () => {
      const token = await cf.token(ACCOUNT.id);
      const until = new Date(START + HOUR).toISOString();
      const rotated = await cf.rotate(ACCOUNT.id, token.id, { previous_client_secret_expires_at: until });
      cf.server.clock.freeze(new Date(START + HOUR - 5 * SECOND));
      expect(await keptFor(pair(token))).toBe(forSeconds(4));
      expect(await keptFor(pair(rotated))).toBe(forSeconds(60));
      cf.server.clock.freeze(new Date(START + HOUR));
      expect(await status(pair(token))).toBe(401);
    });

    it('refusals may never be cached', async () => {
      const token = await cf.token(ACCOUNT.id);
      for (const [headers, rule] of [[{}], [privately(UNKNOWN_USER_TOKEN)], [pair(token), 'kind=session']] as const) {
        const reply = await verify(headers, rule);
        expect(reply.headers).toMatchObject({ 'cache-control': 'no-store', vary: `${VARY}, X-Service-Token` });
      }
      expect((await verify(pair(token), 'x')).headers['cache-control']).toBe('no-store');
    });

    it('a service token in the one header is accepted, and the two headers as before', async () => {
      const token = await cf.token(ACCOUNT.id, { name: 'single' });
      const told = identity(await verify({ 'X-Service-Token': json(token) }));
      expect(told).toMatchObject({ 'latchkey-token-name': 'single', 'latchkey-token-kind': 'service_token' });
      expect(identity(await verify({ 'x-service-token': json(token) }))).toEqual(told);
      expect(identity(await verify(pair(token)))).toEqual(told);
      expect(await status({ 'X-Service-Token': json(token), ...pair(token) })).toBe(401);
      expect(await status({ Authorization: json(token) })).toBe(401);
    });
  },
  { VERIFY_MAX_AGE_SECONDS: '60', SERVICE_TOKEN_HEADER: 'X-Service-Token' },
);

onBothEngines('/verify without its database', (engine) => {
  it('answers 500 if it needs a look-up, and everything else as before', async () => {
    const server = await startInMount(engine);
    const ask = (headers: Headers): Promise<Reply> => send(server.baseUrl, 'GET', '/verify', { headers });
    expect((await ask(privately(ADMIN.token))).status).toBe(200);
    await server.dataSource.query('ALTER TABLE latchkey_token RENAME TO latchkey_token_gone');
    const reply = await ask(privately(UNKNOWN_USER_TOKEN));
    expect(refusal(reply, 500).error).toBe('server_error');
    expect(reply.text).not.toContain('latchkey_token');
    expect((await ask({})).status).toBe(401);
    expect((await ask(privately('malformed'))).status).toBe(401);
    expect((await ask(privately(ADMIN.token))).status).toBe(200);
    await server.dataSource.query('ALTER TABLE latchkey_token_gone RENAME TO latchkey_token');
    expect((await ask(privately(UNKNOWN_USER_TOKEN))).status).toBe(401);
  });
});

describe('/verify that has lost PostgreSQL', () => {
  it('answers 503 with Retry-After, for a cached credential too, because a change could have been missed', async () => {
    const proxy = await TcpProxy.to((await createDatabase('postgres')).url);
    const server = await startProcess({ DATABASE_URL: proxy.url, ADMIN_TOKEN: ADMIN.token, LOG_LEVEL: 'silent' });
    const ask = (headers: Headers): Promise<Reply> => send(server.baseUrl, 'GET', '/verify', { headers });
    expect((await ask(privately(ADMIN.token))).status).toBe(200);
    proxy.cut();
    const unknown = await ask(privately(UNKNOWN_USER_TOKEN));
    expect(refusal(unknown, 503).error).toBe('temporarily_unavailable');
    expect(Number(unknown.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    const known = await ask(privately(ADMIN.token));
    expect(refusal(known, 503).error).toBe('temporarily_unavailable');
    expect((await ask({})).status).toBe(401);
    expect(await server.stop()).toEqual({ code: 0, signal: null });
  });
});
