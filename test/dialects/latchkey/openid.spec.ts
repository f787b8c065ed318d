/** Sign-in by OpenID Connect, with a real provider (docs/contracts/latchkey.md §3). */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { AuditRecord } from '../../../src/core/index.js';
import { OpenIdBinding, User } from '../../../src/identity/index.js';
import { onBothEngines } from '../../support/engines.js';
import type { Reply } from '../../support/http.js';
import { startProvider, type ProviderAccount, type Spoiler, type TestProvider } from '../../support/openid-provider.js';
import { ADMIN, startServer, type TestServer } from '../../support/test-server.js';
import { arrivalOf, begin, comeBack, signIn, type Arrival } from './openid-visits.js';
import { ask, faultOf, logIn, problemOf } from './support.js';

interface Me {
  readonly user: { readonly id: string; readonly name: string; readonly email: string; readonly role: string };
  readonly via: string;
  readonly features: { readonly openid: boolean };
}

const verified = (name: string): ProviderAccount => ({
  email: `${name}@example.com`,
  email_verified: true,
  name: `${name} of the provider`,
});

onBothEngines('sign-in by OpenID Connect', (engine) => {
  let provider: TestProvider;
  let server: TestServer;
  beforeAll(async () => {
    provider = await startProvider();
    server = await startServer(engine, {
      ...provider.settings,
      OPENID_BIND_BY_EMAIL: 'true',
      OPENID_CREATE_USERS: 'true',
      OPENID_TIMEOUT_SECONDS: '1',
      LOGIN_FAILURES_PER_ADDRESS: '50',
    });
  });
  afterAll(async () => {
    await server.close();
    await provider.stop();
  });
  afterEach(() => {
    provider.spoiler = undefined;
    provider.fault = undefined;
  });

  const enter = (who: string, returnTo?: string): Promise<Arrival> => signIn(server, provider, who, returnTo);
  const meOf = async ({ headers }: Arrival): Promise<Me> => (await ask(server, 'GET', '/me', { headers })).json<Me>();
  const usersWith = (email: string): Promise<User[]> => server.dataSource.manager.findBy(User, { email });
  const rows = (action: string): Promise<AuditRecord[]> =>
    server.dataSource.manager.find(AuditRecord, { where: { action }, order: { id: 'ASC' } });

  it('is offered on the sign-in page', async () => {
    const reply = await ask(server, 'GET', '/session/ways', { headers: {} });
    expect(reply.json()).toEqual({
      password: 'everyone',
      token: true,
      openid: { label: 'Sign in with your organization' },
      host: null,
    });
  });

  it('makes a user of a person whom nobody knows yet, who is the same one the next time', async () => {
    provider.people.set('ada', verified('ada'));
    const first = await enter('ada', 'tokens?q=a');
    expect([first.reply.status, first.location, first.reason]).toEqual([302, '../../../../console/tokens?q=a', null]);
    const me = await meOf(first);
    expect(me).toMatchObject({
      user: { name: 'ada of the provider', email: 'ada@example.com', role: 'user' },
      via: 'cookie',
      features: { openid: true },
    });
    expect((await meOf(await enter('ada'))).user.id).toBe(me.user.id);
    const binding = await server.dataSource.manager.findOneByOrFail(OpenIdBinding, { subject: 'ada' });
    expect([binding.issuer, String(binding.userId)]).toEqual([provider.issuer, me.user.id]);
  });

  it('goes by the subject: another address there is the same user, and the same address there is another person', async () => {
    provider.people.set('eva', verified('eva'));
    const { user } = await meOf(await enter('eva'));
    provider.people.set('eva', { ...verified('married'), email_verified: false });
    expect((await meOf(await enter('eva'))).user).toMatchObject({ id: user.id, email: 'eva@example.com' });
    provider.people.set('impostor', verified('eva'));
    expect((await enter('impostor')).reason).toBe('bound_to_another');
    const bindings = async (): Promise<unknown> => (await ask(server, 'GET', `/users/${user.id}/openid`)).json();
    const { issuer } = provider;
    expect(await bindings()).toEqual({
      items: [{ issuer, subject: 'eva', created_at: expect.any(String) }],
      next_cursor: null,
    });
    expect((await ask(server, 'POST', `/users/${user.id}/openid/unbind`)).status).toBe(204);
    expect(await bindings()).toEqual({ items: [], next_cursor: null });
    expect((await ask(server, 'GET', '/users/999999/openid')).status).toBe(404);
    expect((await rows('user.openid_unbound')).at(-1)).toMatchObject({
      targetId: user.id,
      details: { issuers: [provider.issuer] },
    });
    expect((await meOf(await enter('impostor'))).user.id).toBe(user.id);
    expect((await ask(server, 'POST', '/users/999999/openid/unbind')).status).toBe(404);
  });

  it('binds somebody who has a user with their verified address, and notes it', async () => {
    const created = await ask(server, 'POST', '/users', { body: { email: 'Known@example.com', name: 'Known' } });
    const { user } = created.json<{ user: { id: string } }>();
    provider.people.set('known', { ...verified('known'), email: 'known@EXAMPLE.com' });
    expect((await meOf(await enter('known'))).user).toMatchObject({ id: user.id, name: 'Known' });
    expect((await rows('user.openid_bound')).at(-1)).toMatchObject({
      targetId: user.id,
      authorId: null,
      ipAddress: '127.0.0.1',
      details: { issuer: provider.issuer },
    });
    expect((await rows('user.logged_in')).at(-1)).toMatchObject({
      targetId: user.id,
      authorId: Number(user.id),
      details: { method: 'openid', dialect: 'console' },
    });
  });

  it.each<[string, ProviderAccount, string]>([
    ['is not verified', { email: ADMIN.email, email_verified: false }, 'unverified_address'],
    ['may be verified or not', { email: ADMIN.email }, 'unverified_address'],
    ['is verified by something else', { email: ADMIN.email, email_verified: 1 }, 'unverified_address'],
    ['is not there', {}, 'no_address'],
    ['is none', { email: 'nobody', email_verified: true }, 'address_not_allowed'],
    ['looks like that of another', { email: 'r00t@example.com', email_verified: true }, 'address_not_allowed'],
  ])('gives nobody a user by an address that %s', async (what, account, reason) => {
    provider.people.set(what, account);
    const arrival = await enter(what);
    expect([arrival.reason, arrival.headers]).toEqual([reason, {}]);
    expect(await server.dataSource.manager.existsBy(OpenIdBinding, { subject: what })).toBe(false);
  });

  it.each<[string, Spoiler]>([
    ['of another sign-in', { claims: (claims) => ({ ...claims, nonce: 'another' }) }],
    ['without a nonce', { claims: ({ nonce: _, ...claims }) => claims }],
    ['for another client', { claims: (claims) => ({ ...claims, aud: 'another' }) }],
    ['of another issuer', { claims: (claims) => ({ ...claims, iss: 'https://evil.example' }) }],
    ['that has expired', { claims: (claims) => ({ ...claims, exp: Math.floor(Date.now() / 1000) - 600 }) }],
    ['of the future', { claims: (claims) => ({ ...claims, nbf: Math.floor(Date.now() / 1000) + 600 }) }],
    ['without a subject', { claims: ({ sub: _, ...claims }) => claims }],
    ['that somebody else has signed', { isForeignKey: true }],
    ['that was changed', { token: (token) => token.replace(/\.(.)/, (_, c) => `.${c === 'e' ? 'f' : 'e'}`) }],
    ['that nobody has signed', { token: unsigned }],
  ])('accepts no ID token %s', async (_what, spoiler) => {
    provider.people.set('mallory', verified('mallory'));
    provider.spoiler = spoiler;
    const arrival = await enter('mallory');
    expect([arrival.reason, arrival.headers]).toEqual(['provider_refused', {}]);
    expect(await usersWith('mallory@example.com')).toEqual([]);
    expect((await rows('user.login_failed')).at(-1)).toMatchObject({
      details: { method: 'openid', dialect: 'console', reason: 'provider_refused' },
    });
  });

  it('accepts an ID token that the provider has signed again', async () => {
    provider.people.set('ada', verified('ada'));
    provider.spoiler = {};
    expect((await enter('ada')).reason).toBeNull();
  });

  describe('comes back', () => {
    const atProvider = async (): Promise<{ search: string; cookie: string }> => {
      provider.people.set('ada', verified('ada'));
      const { address, cookie } = await begin(server);
      return { search: (await provider.visit(address, 'ada')).search, cookie };
    };

    it('in the browser that has begun it, and no other', async () => {
      const { search, cookie } = await atProvider();
      const { cookie: anothers } = await begin(server);
      for (const other of [
        '',
        anothers,
        `${cookie}; ${anothers}`,
        // The last two bits of the last character are none of the id's.
        cookie.replace(/.$/, (c) => (c === 'A' ? 'E' : 'A')),
      ]) {
        const arrival = await comeBack(server, search, other);
        expect([arrival.reason, arrival.headers]).toEqual(['stale', {}]);
      }
      expect((await comeBack(server, search, cookie)).reason).toBeNull();
    });

    it('with the state that was sent', async () => {
      const { search, cookie } = await atProvider();
      const query = new URLSearchParams(search);
      query.set('state', 'another');
      expect((await comeBack(server, `?${query.toString()}`, cookie)).reason).toBe('stale');
      query.delete('state');
      expect((await comeBack(server, `?${query.toString()}`, cookie)).reason).toBe('stale');
      expect((await comeBack(server, '', cookie)).reason).toBe('stale');
    });

    it('once with a code', async () => {
      const { search, cookie } = await atProvider();
      expect((await comeBack(server, search, cookie)).reason).toBeNull();
      const again = await comeBack(server, search, cookie);
      expect([again.reason, again.headers]).toEqual(['provider_refused', {}]);
    });

    it('from the issuer that it has gone to', async () => {
      const { search, cookie } = await atProvider();
      const query = new URLSearchParams(search);
      query.set('iss', 'https://evil.example');
      expect((await comeBack(server, `?${query.toString()}`, cookie)).reason).toBe('provider_refused');
    });

    it('within ten minutes', async () => {
      const { search, cookie } = await atProvider();
      server.clock.advance(10 * 60_000);
      expect((await comeBack(server, search, cookie)).reason).toBe('stale');
    });

    it('with further parameters of the provider', async () => {
      const { search, cookie } = await atProvider();
      expect((await comeBack(server, `${search}&session_state=x&hd=example.com`, cookie)).reason).toBeNull();
    });

    it('with nothing where somebody has cancelled, which counts as no failure', async () => {
      const before = (await rows('user.login_failed')).length;
      expect((await signIn(server, provider, null, 'tokens')).location).toBe(
        '../../../../console/tokens?sign_in_error=cancelled',
      );
      expect(await rows('user.login_failed')).toHaveLength(before);
    });

    it('from a page of another site, as browsers say it', async () => {
      const { search, cookie } = await atProvider();
      const headers = { Cookie: cookie, 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate' };
      const reply = await ask(server, 'GET', `/session/openid/callback${search}`, { headers });
      expect(arrivalOf(reply).reason).toBeNull();
    });
  });

  it('keeps what binds it to the browser in a short-lived cookie, and removes it', async () => {
    provider.people.set('ada', verified('ada'));
    const begun = await ask(server, 'GET', '/session/openid', { headers: {} });
    expect(begun.headers['set-cookie']).toEqual([
      expect.stringMatching(/^latchkey_openid=[\w-]+; Max-Age=600; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/),
    ]);
    expect([begun.headers['cache-control'], begun.headers['referrer-policy']]).toEqual(['no-store', 'no-referrer']);
    const { searchParams } = new URL(begun.headers.location ?? '');
    expect(Object.fromEntries(searchParams)).toMatchObject({
      response_type: 'code',
      code_challenge_method: 'S256',
      redirect_uri: `${server.baseUrl}/latchkey/v1/session/openid/callback`,
      scope: 'openid email profile',
    });
    const { reply } = await enter('ada');
    expect(reply.headers['set-cookie']).toEqual([
      expect.stringMatching(/^latchkey_openid=; Path=\/; Expires=Thu, 01 Jan 1970 [^;]+; HttpOnly; SameSite=Lax$/),
      expect.stringMatching(/^latchkey_console=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/),
    ]);
    expect([reply.headers['cache-control'], reply.headers['referrer-policy']]).toEqual(['no-store', 'no-referrer']);
  });

  it('gives a new login, whatever cookie the browser has had before', async () => {
    provider.people.set('ada', verified('ada'));
    const planted = await logIn(server);
    const { address, cookie } = await begin(server);
    const { search } = await provider.visit(address, 'ada');
    const arrival = await comeBack(server, search, `${cookie}; ${planted.cookie}`);
    expect(arrival.headers.Cookie).not.toBe(planted.cookie);
    expect((await meOf(arrival)).user.email).toBe('ada@example.com');
  });

  it.each([
    ['https://evil.example'],
    ['//evil.example/console/'],
    ['\\\\evil.example'],
    ['/latchkey/v1/me'],
    ['../docs'],
    ['javascript:alert(1)'],
  ])('leads nowhere but into the console: %s', async (returnTo) => {
    const query = new URLSearchParams({ return_to: returnTo }).toString();
    const reply = await ask(server, 'GET', `/session/openid?${query}`, { headers: {} });
    expect([reply.status, faultOf(reply), reply.headers['set-cookie']]).toEqual([400, 'return_to', undefined]);
  });

  it('admits nobody who is blocked, and changes nothing for them', async () => {
    provider.people.set('bob', verified('bob'));
    const { user } = await meOf(await enter('bob'));
    await ask(server, 'PATCH', `/users/${user.id}`, { body: { blocked: true } });
    expect(await enter('bob')).toMatchObject({ reason: 'blocked', headers: {} });
    expect((await rows('user.login_failed')).at(-1)).toMatchObject({
      targetName: 'bob@example.com',
      details: { reason: 'blocked' },
    });
    await ask(server, 'PATCH', `/users/${user.id}`, { body: { blocked: false } });
    expect((await enter('bob')).reason).toBeNull();
  });

  it('knows a deleted user no more', async () => {
    provider.people.set('gone', verified('gone'));
    const { user } = await meOf(await enter('gone'));
    const exported = await ask(server, 'GET', `/users/${user.id}/export`);
    expect(exported.json<{ openid: unknown }>().openid).toEqual([
      { issuer: provider.issuer, subject: 'gone', since: expect.any(String) },
    ]);
    await ask(server, 'DELETE', `/users/${user.id}`);
    expect(await server.dataSource.manager.existsBy(OpenIdBinding, { subject: 'gone' })).toBe(false);
    expect((await meOf(await enter('gone'))).user.id).not.toBe(user.id);
  });

  it('says that the provider does not answer, and works when it does again', async () => {
    provider.people.set('ada', verified('ada'));
    for (const fault of [503, 'hangs'] as const) {
      const { address, cookie } = await begin(server, 'tokens');
      const { search } = await provider.visit(address, 'ada');
      provider.fault = fault;
      const arrival = await comeBack(server, search, cookie);
      expect(arrival).toMatchObject({ reason: 'provider_unavailable', headers: {} });
      provider.fault = undefined;
      expect((await enter('ada')).reason).toBeNull();
    }
  });

  it('ends like any other login', async () => {
    provider.people.set('ada', verified('ada'));
    const { headers } = await enter('ada');
    const { csrf_token: csrf } = (await ask(server, 'GET', '/me', { headers })).json<{ csrf_token: string }>();
    const ended = await ask(server, 'DELETE', '/session', { headers: { ...headers, 'Latchkey-CSRF': csrf } });
    expect([ended.status, (await ask(server, 'GET', '/me', { headers })).status]).toEqual([204, 401]);
  });

  it('is refused for some time to a network from which too many have failed', async () => {
    let arrival: Arrival | undefined;
    for (let n = 0; n < 120 && arrival?.reason !== 'throttled'; n += 1)
      arrival = await comeBack(server, '?state=x', '');
    expect(arrival?.reason).toBe('throttled');
    provider.people.set('ada', verified('ada'));
    const asked = provider.asked.filter((path) => path === '/token').length;
    expect((await enter('ada')).reason).toBe('throttled');
    expect(provider.asked.filter((path) => path === '/token')).toHaveLength(asked);
    expect((await logIn(server)).cookie).not.toBe('');
    server.clock.advance(15 * 60_000);
    expect((await enter('ada')).reason).toBeNull();
  });
});

/** As a token without a signature claims to be. */
function unsigned(token: string): string {
  const head = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
  return `${head}.${token.split('.')[1] ?? ''}.`;
}

describe('without a provider', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer('sqlite');
  });
  afterAll(() => server.close());

  it('nobody signs in by OpenID Connect, and the answer says what is missing', async () => {
    const get = (path: string): Promise<Reply> => ask(server, 'GET', path, { headers: {} });
    expect((await get('/session/ways')).json()).toMatchObject({ password: 'everyone', openid: null });
    for (const path of ['/session/openid', '/session/openid/callback?code=x&state=y']) {
      const [type, status, detail] = problemOf(await get(path));
      expect([type, status]).toEqual(['not-found', 404]);
      expect(detail).toContain('OPENID_ISSUER');
    }
  });
});
