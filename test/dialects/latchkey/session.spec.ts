/** Logins of the console: the cookie, its protection, its end, and who the caller is (docs/contracts/latchkey.md §3). */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { AuditRecord, LastSeen } from '../../../src/core/index.js';
import { onBothEngines } from '../../support/engines.js';
import { send, type Reply } from '../../support/http.js';
import { ACCOUNT, ADMIN, startInMount, type TestServer } from '../../support/test-server.js';
import { AS_ADMIN, BASE, ask, bearer, consoleLoginOf, faultOf, logIn, problemOf, type ProblemBody } from './support.js';

const MINUTE_MS = 60_000;

onBothEngines('logins of the console', (engine) => {
  let server: TestServer;
  const call = (method: string, path: string, headers: Record<string, string>, body?: unknown): Promise<Reply> =>
    ask(server, method, path, { headers, body });

  beforeAll(async () => {
    server = await startInMount(engine);
  });
  afterAll(() => server.close());

  it('are made with address and password, and say who one is', async () => {
    const reply = await call('POST', '/session', {}, { email: ADMIN.email, password: ADMIN.password });
    expect(reply.status).toBe(200);
    expect(reply.json()).toEqual({
      user: { id: '1000', name: 'Administrator', email: ADMIN.email, role: 'administrator' },
      accounts: [{ id: ACCOUNT.id, name: ACCOUNT.name, role: 'administrator' }],
      via: 'cookie',
      csrf_token: expect.stringMatching(/^[\w-]{43}$/),
      expires_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      host: null,
      features: {
        console: server.basePath === '',
        openid: false,
        personal_tokens: true,
        own_users: true,
        change_password: true,
      },
      server: { name: 'Latchkey', version: expect.any(String), events_keepalive_seconds: 15 },
    });
    const [cookie = ''] = reply.headers['set-cookie'] ?? [];
    expect(cookie).toMatch(/^latchkey_console=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
    const { headers } = consoleLoginOf(reply);
    const me = await call('GET', '/me', headers);
    expect(me.json()).toEqual({ ...reply.json<object>() });
  });

  it('are refused with a problem whose type leads to what to do, which anyone may read', async () => {
    const refused = await call('GET', '/me', {});
    const { type, title, status } = refused.json<ProblemBody>();
    const listed = await call('GET', '/problems', {});
    expect([listed.status, type.startsWith('/latchkey/v1/problems#')]).toEqual([200, true]);
    const { items } = listed.json<{ items: { id: string; type: string; remedy: string }[] }>();
    expect(items.find((item) => item.type === type)).toMatchObject({ id: 'unauthenticated', title, status });
    expect(items.filter(({ remedy }) => remedy.length < 20)).toEqual([]);
  });

  it('have a Secure cookie behind HTTPS', async () => {
    const secure = await startInMount(engine, { TRUST_PROXY: '127.0.0.1' });
    const headers = { 'X-Forwarded-Proto': 'https' };
    const reply = await ask(secure, 'POST', '/session', { headers, body: { token: ADMIN.token } });
    expect(reply.headers['set-cookie']?.[0]).toContain('; Secure');
    await secure.close();
  });

  it('are made with a personal token, or a login of another API, and not with a cookie', async () => {
    const { cookie } = await logIn(server, { token: ADMIN.token });
    const body = JSON.stringify({ email: ADMIN.email, password: ADMIN.password });
    const other = await send(server.baseUrl, 'POST', '/api/v1/users/login', { body });
    const { token } = other.json<{ token: string }>();
    expect((await call('POST', '/session', {}, { token })).status).toBe(200);
    const stolen = { token: cookie.replace('latchkey_console=', '') };
    expect(problemOf(await call('POST', '/session', {}, stolen))).toEqual(['unauthenticated', 401, 'Invalid token']);
  });

  it('are nothing outside of the cookie', async () => {
    const { cookie } = await logIn(server);
    const secret = cookie.replace('latchkey_console=', '');
    expect((await call('GET', '/me', bearer(secret))).status).toBe(401);
    expect((await call('GET', '/me', { 'Private-Token': secret })).status).toBe(401);
    expect((await call('GET', '/me', { Cookie: `latchkey_console=${ADMIN.token}` })).status).toBe(401);
  });

  it('are refused in the same words whatever is wrong, and noted', async () => {
    const wrong = await call('POST', '/session', {}, { email: ADMIN.email, password: 'wrong password' });
    const nobody = await call('POST', '/session', {}, { email: 'nobody@example.com', password: 'wrong password' });
    expect(problemOf(wrong)).toEqual(['unauthenticated', 401, 'Invalid username or password.']);
    expect(problemOf(nobody)).toEqual(problemOf(wrong));
    expect(wrong.headers['www-authenticate']).toBe('Bearer');
    const rows = await server.dataSource.manager.findBy(AuditRecord, { action: 'user.login_failed' });
    expect(rows.at(-1)).toMatchObject({ details: { method: 'password', dialect: 'console' } });
  });

  it.each<[string, object]>([
    ['both ways at once', { email: ADMIN.email, password: ADMIN.password, token: ADMIN.token }],
    ['half a way', { email: ADMIN.email }],
    ['nothing', {}],
  ])('are not made with %s', async (_what, body) => {
    const reply = await call('POST', '/session', {}, body);
    expect(problemOf(reply)).toEqual(['invalid-request', 400, 'give email and password, or token alone']);
  });

  it('write only with the token against forgery, and from a page of this server', async () => {
    const { headers, csrf, writing } = await logIn(server);
    const body = { current_password: 'not right', new_password: 'battery staple' };
    const write = async (more: Record<string, string>): Promise<[number, string | undefined]> => {
      const reply = await call('POST', '/me/password', more, body);
      return [reply.status, faultOf(reply)];
    };
    expect(await write(headers)).toEqual([403, undefined]);
    expect(
      await write({ ...headers, 'Latchkey-CSRF': csrf.replace(/./, (first) => (first === '-' ? '_' : '-')) }),
    ).toEqual([403, undefined]);
    expect(await write({ ...writing, 'Sec-Fetch-Site': 'same-site' })).toEqual([403, undefined]);
    expect(await write({ ...writing, 'Sec-Fetch-Site': 'none' })).toEqual([403, undefined]);
    // Admitted, and then refused for the password.
    expect(await write(writing)).toEqual([400, '#/current_password']);
    expect(await write({ ...writing, 'Sec-Fetch-Site': 'same-origin' })).toEqual([400, '#/current_password']);
  });

  it('are not made by a page of another origin', async () => {
    for (const relation of ['cross-site', 'same-site']) {
      const reply = await call('POST', '/session', { 'Sec-Fetch-Site': relation }, { token: ADMIN.token });
      expect([reply.status, reply.headers['set-cookie']]).toEqual([403, undefined]);
    }
  });

  it('end when one logs out, and the cookie with them', async () => {
    const { headers, writing } = await logIn(server);
    const reply = await call('DELETE', '/session', writing);
    expect([reply.status, reply.text]).toEqual([204, '']);
    expect(reply.headers['set-cookie']?.[0]).toMatch(/^latchkey_console=; Path=\/; Expires=Thu, 01 Jan 1970/);
    expect(problemOf(await call('GET', '/me', headers))).toEqual([
      'unauthenticated',
      401,
      'the login has ended; log in again',
    ]);
  });

  it('end after half an hour without a request, and live on with one', async () => {
    const { headers } = await logIn(server);
    const used = async (): Promise<number> => {
      const { status } = await call('GET', '/me', headers);
      await server.app.get(LastSeen).flush();
      return status;
    };
    for (const minutes of [29, 29, 29]) {
      server.clock.advance(minutes * MINUTE_MS);
      expect(await used()).toBe(200);
    }
    server.clock.advance(31 * MINUTE_MS);
    expect(await used()).toBe(401);
    expect(await used()).toBe(401);
  });

  it('end after half a day in any case', async () => {
    const { headers } = await logIn(server);
    const statuses: number[] = [];
    for (let hours = 0; hours < 12; hours += 0.4) {
      server.clock.advance(24 * MINUTE_MS);
      statuses.push((await call('GET', '/me', headers)).status);
      await server.app.get(LastSeen).flush();
    }
    expect(statuses.slice(0, 29)).toEqual(Array.from({ length: 29 }, () => 200));
    expect(statuses.at(-1)).toBe(401);
  });

  it('cannot be told by two cookies', async () => {
    const [one, other] = [await logIn(server), await logIn(server)];
    expect((await call('GET', '/me', { Cookie: `${one.cookie}; ${other.cookie}` })).status).toBe(401);
  });

  it('are used where a proxy adds a scheme of its own', async () => {
    const { headers } = await logIn(server);
    expect((await call('GET', '/me', { ...headers, Authorization: 'Basic eDp5' })).status).toBe(200);
    expect((await call('GET', '/me', { ...headers, Authorization: 'Bearer x' })).status).toBe(401);
  });
});

onBothEngines('every answer', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startInMount(engine);
  });
  afterAll(() => server.close());

  it('with an error is a problem with the id of the request', async () => {
    const headers = { ...AS_ADMIN, 'X-Request-Id': 'one-of-mine' };
    const reply = await ask(server, 'GET', '/nothing', { headers });
    expect(reply.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(reply.json<ProblemBody>()).toEqual({
      type: '/latchkey/v1/problems#not-found',
      title: 'Not found',
      status: 404,
      detail: expect.any(String),
      instance: `${server.basePath}${BASE}/nothing`,
      request_id: 'one-of-mine',
    });
  });

  it('to a wrong method names those that are allowed', async () => {
    const reply = await ask(server, 'PUT', '/me');
    expect([reply.status, reply.headers.allow]).toEqual([405, expect.stringContaining('GET')]);
    expect(problemOf(reply)[0]).toBe('method-not-allowed');
  });

  it('to an unknown or misspelt parameter or member says which it is', async () => {
    expect(faultOf(await ask(server, 'GET', '/me?verbose=1'))).toBe('verbose');
    const body = { current_password: 'x', new_password: 'y', 'ne~w/password': 'z' };
    expect(faultOf(await ask(server, 'POST', '/me/password', { body }))).toBe('#/ne~0w~1password');
  });

  it('to a body that is not JSON says so', async () => {
    const at = `${BASE}/me/password`;
    const form = { ...AS_ADMIN, 'Content-Type': 'application/x-www-form-urlencoded' };
    const sent = (headers: Record<string, string>, body: string): Promise<Reply> =>
      send(server.baseUrl, 'POST', at, { headers, body });
    expect(problemOf(await sent(form, '{}')).slice(0, 2)).toEqual(['unsupported-media-type', 415]);
    expect(problemOf(await sent(AS_ADMIN, '{')).slice(0, 2)).toEqual(['invalid-request', 400]);
    expect(faultOf(await sent(AS_ADMIN, ''))).toBe('#/current_password');
  });

  it('to a service says that it has no rights here', async () => {
    const headers = { 'CF-Access-Client-Id': 'x', 'CF-Access-Client-Secret': 'y' };
    expect(problemOf(await ask(server, 'GET', '/me', { headers }))).toEqual([
      'forbidden',
      403,
      'a service token does not sign in here; send a personal token or a login token',
    ]);
  });

  it('to too many failed logins says when to try again', async () => {
    const body = { email: ADMIN.email, password: 'wrong password' };
    let reply = await ask(server, 'POST', '/session', { headers: {}, body });
    for (let n = 0; n < 30 && reply.status === 401; n += 1) {
      reply = await ask(server, 'POST', '/session', { headers: {}, body });
    }
    const { type, retry_after: seconds } = reply.json<ProblemBody>();
    expect([reply.status, type]).toEqual([429, '/latchkey/v1/problems#too-many-requests']);
    expect(reply.headers['retry-after']).toBe(String(seconds));
  });

  it('to a change of the password ends the other logins', async () => {
    server.clock.advance(3_600_000 * 24);
    const [here, there] = [await logIn(server), await logIn(server)];
    const body = { current_password: ADMIN.password, new_password: 'battery staple' };
    const tooShort = { ...body, new_password: 'short' };
    const refused = await ask(server, 'POST', '/me/password', { headers: here.writing, body: tooShort });
    expect(faultOf(refused)).toBe('#/new_password');
    expect((await ask(server, 'POST', '/me/password', { headers: here.writing, body })).status).toBe(204);
    expect((await ask(server, 'GET', '/me', { headers: here.headers })).status).toBe(200);
    expect((await ask(server, 'GET', '/me', { headers: there.headers })).status).toBe(401);
  });
});
