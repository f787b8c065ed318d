/** What groups at the OpenID provider give here, and who is admitted at all (docs/contracts/latchkey.md §3). */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AuditRecord } from '../../../src/core/index.js';
import { Membership, User } from '../../../src/identity/index.js';
import { onBothEngines } from '../../support/engines.js';
import { send } from '../../support/http.js';
import { startProvider, type ProviderAccount, type TestProvider } from '../../support/openid-provider.js';
import { ACCOUNT, ADMIN, startServer, type TestServer } from '../../support/test-server.js';
import { begin, signIn } from './openid-visits.js';
import { AS_ADMIN, ask, bearer } from './support.js';

interface Me {
  readonly user: { readonly id: string; readonly role: string };
  readonly accounts: readonly { readonly id: string; readonly role: string }[];
}

const UNKNOWN = 'f'.repeat(32);

const verified = (name: string, groups?: unknown): ProviderAccount => ({
  email: `${name}@example.com`,
  email_verified: true,
  ...(groups !== undefined && { groups }),
});

onBothEngines('groups at the provider', (engine) => {
  let provider: TestProvider;
  let server: TestServer;
  beforeAll(async () => {
    provider = await startProvider();
    server = await startServer(engine, {
      ...provider.settings,
      OPENID_CREATE_USERS: 'true',
      OPENID_BIND_BY_EMAIL: 'true',
      OPENID_ROLES: JSON.stringify({
        root: 'administrator',
        ops: [`${ACCOUNT.id}:administrator`, `${UNKNOWN}:administrator`],
        audit: `${ACCOUNT.id}:read_only`,
        staff: 'user',
      }),
    });
  });
  afterAll(async () => {
    await server.close();
    await provider.stop();
  });

  const enter = async (who: string, groups?: unknown): Promise<string | Me> => {
    provider.people.set(who, verified(who, groups));
    const { reason, headers } = await signIn(server, provider, who);
    return reason ?? (await ask(server, 'GET', '/me', { headers })).json<Me>();
  };
  const rightsOf = async (who: string, groups?: unknown): Promise<unknown> => {
    const me = await enter(who, groups);
    if (typeof me === 'string') return me;
    return [me.user.role, ...me.accounts.map(({ role }) => role)];
  };

  it('give and take at every sign-in, up and down', async () => {
    expect(await rightsOf('ada', ['staff'])).toEqual(['user']);
    expect(await rightsOf('ada', ['staff', 'audit'])).toEqual(['user', 'read_only']);
    expect(await rightsOf('ada', ['audit', 'ops', 'root'])).toEqual(['administrator', 'administrator']);
    expect(await rightsOf('ada', ['audit'])).toEqual(['user', 'read_only']);
    expect(await rightsOf('ada', ['staff'])).toEqual(['user']);
  });

  it('take at once, also from the logins and tokens that somebody has', async () => {
    provider.people.set('eva', verified('eva', ['root']));
    const { headers } = await signIn(server, provider, 'eva');
    const { user } = (await ask(server, 'GET', '/me', { headers })).json<Me>();
    const body = { kind: 'personal_token', owner_id: user.id, name: 'laptop' };
    const { secret } = (await ask(server, 'POST', '/tokens', { body })).json<{ secret: { token: string } }>();
    const see = async (as: Record<string, string>): Promise<number> =>
      (await ask(server, 'GET', '/server', { headers: as })).status;
    expect([await see(headers), await see(bearer(secret.token))]).toEqual([200, 200]);
    expect(await rightsOf('eva', ['staff'])).toEqual(['user']);
    expect([await see(headers), await see(bearer(secret.token))]).toEqual([403, 403]);
  });

  it('admit nobody who is in none of them, and take what they had', async () => {
    expect(await rightsOf('bob', ['ops'])).toEqual(['user', 'administrator']);
    for (const groups of [[], ['other'], undefined, 'other', { root: true }]) {
      expect([groups, await enter('bob', groups)]).toEqual([groups, 'no_role']);
    }
    const { id } = await server.dataSource.manager.findOneByOrFail(User, { email: 'bob@example.com' });
    const members = await ask(server, 'GET', `/accounts/${ACCOUNT.id}/members`);
    const ids = members.json<{ items: { user: { id: string } }[] }>().items.map(({ user }) => user.id);
    expect(ids).not.toContain(String(id));
    expect(await enter('stranger', ['other'])).toBe('no_role');
    expect(await server.dataSource.manager.existsBy(User, { email: 'stranger@example.com' })).toBe(false);
  });

  it('leave what none of them gives', async () => {
    const account = await ask(server, 'POST', '/accounts', { body: { name: 'Other' } });
    const { id } = account.json<{ id: string }>();
    const me = (await enter('joe', ['staff'])) as Me;
    await ask(server, 'POST', `/accounts/${id}/members`, { body: { user_id: me.user.id, role: 'read_only' } });
    expect(await rightsOf('joe', ['audit'])).toEqual(['user', 'read_only', 'read_only']);
    expect(await rightsOf('joe', ['staff'])).toEqual(['user', 'read_only']);
  });

  it('are written to the audit log as what the server has done at a sign-in', async () => {
    await enter('kim', ['root', 'audit']);
    const [user] = await server.dataSource.manager.findBy(User, { email: 'kim@example.com' });
    const found = await server.dataSource.manager.find(AuditRecord, {
      where: { userId: user?.id ?? 0 },
      order: { id: 'ASC' },
    });
    expect(found.map(({ action, authorId }) => [action, authorId])).toEqual([
      ['user.created', null],
      ['user.openid_bound', null],
      ['user.updated', null],
      ['membership.added', null],
      ['user.logged_in', user?.id],
    ]);
    expect(new Set(found.map(({ ipAddress }) => ipAddress))).toEqual(new Set(['127.0.0.1']));
  });

  it('take nothing from somebody who is blocked, until they are unblocked and sign in', async () => {
    await enter('leo', ['root', 'audit']);
    const { manager } = server.dataSource;
    const [{ id } = { id: 0 }] = await manager.findBy(User, { email: 'leo@example.com' });
    const rights = async (): Promise<unknown> => [
      (await manager.findOneByOrFail(User, { id })).admin,
      await manager.countBy(Membership, { userId: id }),
    ];
    await ask(server, 'PATCH', `/users/${String(id)}`, { body: { blocked: true } });
    expect(await enter('leo', ['staff'])).toBe('blocked');
    expect(await rights()).toEqual([true, 1]);
    await ask(server, 'PATCH', `/users/${String(id)}`, { body: { blocked: false } });
    expect(await rightsOf('leo', ['staff'])).toEqual(['user']);
    expect(await rights()).toEqual([false, 0]);
  });

  it('never take the last administrator who can sign in', async () => {
    provider.people.set('root', { email: ADMIN.email, email_verified: true, groups: ['root'] });
    expect((await signIn(server, provider, 'root')).reason).toBeNull();
    provider.people.set('root', { email: ADMIN.email, email_verified: true, groups: ['staff'] });
    // Administrators who have neither a password nor a token of their own do not count: the provider may be away.
    await enter('ada', ['root']);
    await ask(server, 'POST', '/users', { body: { email: 'second@example.com' } });
    expect(await signIn(server, provider, 'root')).toMatchObject({ reason: 'last_administrator', headers: {} });
    provider.people.set('root', { email: ADMIN.email, email_verified: true, groups: [] });
    expect(await signIn(server, provider, 'root')).toMatchObject({ reason: 'last_administrator', headers: {} });
    expect((await ask(server, 'GET', '/server', { headers: AS_ADMIN })).status).toBe(200);
    const [second] = await server.dataSource.manager.findBy(User, { email: 'second@example.com' });
    await ask(server, 'PATCH', `/users/${String(second?.id)}`, { body: { role: 'administrator' } });
    expect((await signIn(server, provider, 'root')).reason).toBe('no_role');
    expect((await ask(server, 'GET', '/server', { headers: AS_ADMIN })).status).toBe(403);
  });
});

onBothEngines('a server that takes only whom it knows', (engine) => {
  let provider: TestProvider;
  let bound: TestServer;
  let strict: TestServer;
  beforeAll(async () => {
    provider = await startProvider({ conformIdTokenClaims: false });
    bound = await startServer(engine, {
      ...provider.settings,
      OPENID_BIND_BY_EMAIL: 'true',
      OPENID_TRUST_EMAIL: 'true',
      CONSOLE_PASSWORD_LOGIN: 'administrators',
    });
    strict = await startServer(engine, { ...provider.settings, OPENID_CREATE_USERS: 'true', TRUST_PROXY: '127.0.0.1' });
  });
  afterAll(async () => {
    await bound.close();
    await strict.close();
    await provider.stop();
  });

  it('gives no user to others', async () => {
    provider.people.set('nobody', verified('nobody'));
    expect((await signIn(bound, provider, 'nobody')).reason).toBe('unknown_person');
  });

  it('trusts addresses of which the provider says nothing, and none that it denies, where it is told so', async () => {
    provider.people.set('root', { email: ADMIN.email, email_verified: false });
    expect((await signIn(bound, provider, 'root')).reason).toBe('unverified_address');
    provider.people.set('root', { email: ADMIN.email });
    expect((await signIn(bound, provider, 'root')).reason).toBeNull();
  });

  it('asks the provider no more than it has to', async () => {
    provider.people.set('root', { email: ADMIN.email, email_verified: true });
    provider.asked.length = 0;
    expect((await signIn(bound, provider, 'root')).reason).toBeNull();
    expect(provider.asked).not.toContain('/me');
  });

  it('binds nobody to a user with their address unless it is told so', async () => {
    provider.people.set('root', { email: ADMIN.email, email_verified: true });
    expect((await signIn(strict, provider, 'root')).reason).toBe('not_bound');
  });

  it('takes passwords of administrators only, where it is told so', async () => {
    const body = { email: 'plain@example.com', password: 'a long enough password' };
    await ask(bound, 'POST', '/users', { body });
    const ways = await ask(bound, 'GET', '/session/ways', { headers: {} });
    expect(ways.json<{ password: string }>().password).toBe('administrators');
    expect((await ask(bound, 'POST', '/session', { headers: {}, body })).status).toBe(401);
    const { email, password } = ADMIN;
    expect((await ask(bound, 'POST', '/session', { headers: {}, body: { email, password } })).status).toBe(200);
  });

  it('has cookies that only come by HTTPS and from this host, behind HTTPS', async () => {
    const headers = { 'X-Forwarded-Proto': 'https' };
    const begun = await ask(strict, 'GET', '/session/openid', { headers });
    expect(begun.headers['set-cookie']?.[0]).toMatch(
      /^__Host-latchkey_openid=[\w-]+; .*; HttpOnly; Secure; SameSite=Lax$/,
    );
    const { searchParams } = new URL(begun.headers.location ?? '');
    expect(searchParams.get('redirect_uri')).toMatch(
      /^https:\/\/127\.0\.0\.1:\d+\/latchkey\/v1\/session\/openid\/callback$/,
    );
    const [cookie = ''] = begun.headers['set-cookie']?.[0]?.split(';') ?? [];
    provider.people.set('new', verified('new'));
    const { search } = await provider.visit(begun.headers.location ?? '', 'new');
    const sent = { ...headers, Cookie: cookie };
    const { headers: set } = await ask(strict, 'GET', `/session/openid/callback${search}`, { headers: sent });
    expect(set['set-cookie']).toEqual([
      expect.stringMatching(/^__Host-latchkey_openid=; .*; HttpOnly; Secure; SameSite=Lax$/),
      expect.stringMatching(/^latchkey_console=[\w-]{43}; .*; HttpOnly; Secure; SameSite=Strict$/),
    ]);
  });

  it('sends people back to its external address', async () => {
    const body = JSON.stringify({ external_url: 'https://latchkey.example.com/tokens' });
    const headers = { 'Private-Token': ADMIN.token, 'Content-Type': 'application/json' };
    expect((await send(strict.baseUrl, 'PATCH', '/api/v1/server-config', { headers, body })).status).toBe(200);
    const begun = await ask(strict, 'GET', '/session/openid', { headers: {} });
    expect(new URL(begun.headers.location ?? '').searchParams.get('redirect_uri')).toBe(
      'https://latchkey.example.com/tokens/latchkey/v1/session/openid/callback',
    );
  });
});

describe('a provider that does not answer when the server starts', () => {
  it('keeps nobody from starting; signing in says so, and works as soon as it answers', async () => {
    const provider = await startProvider();
    await provider.stop();
    const server = await startServer('sqlite', { ...provider.settings, OPENID_CREATE_USERS: 'true' });
    const begun = await ask(server, 'GET', '/session/openid?return_to=tokens', { headers: {} });
    expect([begun.headers.location, begun.headers['set-cookie']]).toEqual([
      '../../../console/tokens?sign_in_error=provider_unavailable',
      undefined,
    ]);
    expect((await ask(server, 'GET', '/session/ways', { headers: {} })).status).toBe(200);
    await provider.resume();
    provider.people.set('ada', verified('ada'));
    let cookie = '';
    // It is left alone for two seconds after it has not answered.
    for (let n = 0; n < 40 && cookie === ''; n += 1) {
      await sleep(100);
      ({ cookie } = await begin(server));
    }
    expect(await signIn(server, provider, 'ada')).toMatchObject({ reason: null });
    await server.close();
    await provider.stop();
  });
});
