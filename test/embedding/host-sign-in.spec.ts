/** A host's own sign-in opens Latchkey's API and the console: for whom it says, and only there. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AuditRecord, LatchkeyApiModule, LatchkeyModule, type HostAnswer, type HostRequest } from '../../src/index.js';
import { Transactor } from '../../src/core/index.js';
import { OptionsError } from '../../src/settings/index.js';
import { Recorder } from '../support/channels.js';
import { onBothEngines } from '../support/engines.js';
import { send, type Reply } from '../support/http.js';
import { openStream } from '../support/line-stream.js';
import { startHost } from '../support/shop.js';
import { ask, bearer, logIn, problemOf } from '../dialects/latchkey/support.js';
import { API, startPeopleHost, type PeopleHost } from './people-host.js';
import { IN_MEMORY, firstStart } from './support.js';

const [ROOT, ANNA, BEN] = [randomUUID(), randomUUID(), randomUUID()];
const ACCOUNT = randomUUID().replaceAll('-', '');
const SAME_ORIGIN = { 'Sec-Fetch-Site': 'same-origin' };

onBothEngines('the sign-in of a host', (engine) => {
  let host: PeopleHost;
  const errors: string[] = [];
  const me = (id: string, headers: Record<string, string> = {}): Promise<Reply> =>
    send(host.baseUrl, 'GET', `${API}/me`, { headers: { Cookie: `shop_session=${id}`, ...headers } });

  beforeAll(async () => {
    const options = { hostSignInSeconds: 1, hostSignInRecheckSeconds: 1 };
    host = await startPeopleHost(engine, options, (app) => {
      const ignored = (): void => undefined;
      app.useLogger({ log: ignored, warn: ignored, error: (text: string) => errors.push(text) });
    });
    await host.addAccount('The tenant', ACCOUNT);
  });
  afterAll(() => host.close());
  beforeEach(() => {
    host.signIn.fault = undefined;
    host.add(ROOT, { admin: true });
    host.add(ANNA);
    host.add(BEN);
  });

  it('says who the caller is, with the rights of the directory and of their memberships', async () => {
    const root = (await me(ROOT)).json<Record<string, unknown>>();
    expect(root).toMatchObject({
      user: { id: ROOT, role: 'administrator' },
      via: 'host',
      csrf_token: expect.stringMatching(/^[\w-]{43}$/),
      expires_at: null,
      host: { name: 'Shop', sign_out_url: '/logout' },
      features: { console: true, own_users: false },
    });
    expect((await me(ANNA)).json()).toMatchObject({ user: { id: ANNA, role: 'user' }, accounts: [] });
    expect(problemOf(await host.as(ANNA, 'GET', '/server'))).toMatchObject(['forbidden', 403, /administrators/]);
    const joined = await host.as(ROOT, 'POST', `/accounts/${ACCOUNT}/members`, {
      email: host.directory.people.get(ANNA)?.email,
      role: 'administrator',
    });
    expect(joined.status).toBe(201);
    expect((await me(ANNA)).json()).toMatchObject({ accounts: [{ id: ACCOUNT, role: 'administrator' }] });
    const service = { kind: 'service_token', account_id: ACCOUNT, name: 'robot', scopes: ['deploy'] };
    expect((await host.as(ANNA, 'POST', '/tokens', service)).status).toBe(201);
    expect(problemOf(await host.as(BEN, 'POST', '/tokens', service))).toMatchObject([
      'invalid-request',
      400,
      /account/,
    ]);
    // The next request counts what the directory says then.
    host.add(ROOT, { admin: false });
    expect((await host.as(ROOT, 'GET', '/server')).status).toBe(403);
  });

  it('is in the audit log, with the person', async () => {
    const made = await host.as(ANNA, 'POST', '/tokens', { kind: 'personal_token', name: 'laptop' });
    const { token } = made.json<{ token: { id: string; created_by: { id: string } } }>();
    expect(token.created_by.id).toBe(ANNA);
    const [row] = await host.app
      .get(Transactor)
      .read((manager) => manager.findBy(AuditRecord, { targetId: token.id, action: 'token.issued' }));
    expect(row).toMatchObject({ authorName: host.directory.people.get(ANNA)?.name, authorTokenId: null });
    expect(row?.details).toMatchObject({ signed_in_by: 'host' });
    const shown = await host.as(ANNA, 'GET', `/audit?target_id=${token.id}`);
    expect(shown.json()).toMatchObject({ items: [{ actor: 'user', details: { signed_in_by: 'host' } }] });
  });

  it.each<[string, string, Record<string, string>]>([
    ['a form of another site', 'application/x-www-form-urlencoded', { 'Sec-Fetch-Site': 'cross-site' }],
    ['a form of another subdomain', 'text/plain', { 'Sec-Fetch-Site': 'same-site' }],
    ['a form that an old browser sends', 'text/plain', { Origin: 'http://evil.example' }],
    ['a form without a word of where it is from', 'application/x-www-form-urlencoded', {}],
    [
      'a page of another site that knows the token',
      'application/json',
      { 'Sec-Fetch-Site': 'cross-site', csrf: 'yes' },
    ],
    [
      'a page of another origin that knows the token',
      'application/json',
      { Origin: 'http://evil.example', csrf: 'yes' },
    ],
    ['a page with a sandbox that knows the token', 'application/json', { Origin: 'null', csrf: 'yes' }],
    ['a page of this origin without the token', 'application/json', SAME_ORIGIN],
    [
      'a page of another site with a token of nobody',
      'application/json',
      { 'Sec-Fetch-Site': 'cross-site', Authorization: 'Bearer x' },
    ],
    [
      'a page of another origin with a token of nobody',
      'application/json',
      { Origin: 'http://evil.example', Authorization: 'Bearer x' },
    ],
  ])('writes nothing for %s', async (_what, type, { csrf, ...headers }) => {
    const { csrf_token: token } = (await me(ANNA)).json<{ csrf_token: string }>();
    const before = (await host.tokens.list({ owner: ANNA })).tokens.length;
    const reply = await send(host.baseUrl, 'POST', `${API}/tokens`, {
      headers: {
        Cookie: `shop_session=${ANNA}`,
        'Content-Type': type,
        ...headers,
        ...(csrf !== undefined && { 'Latchkey-CSRF': token }),
      },
      body: '{"kind":"personal_token","name":"forged"}',
    });
    expect(problemOf(reply)).toMatchObject(['forbidden', 403, expect.any(String)]);
    expect((await host.tokens.list({ owner: ANNA })).tokens).toHaveLength(before);
  });

  it('shows nothing to pages of other origins, and everything to its own and to whoever types the address', async () => {
    const origin = new URL(host.baseUrl).origin;
    const own: Record<string, string>[] = [{ 'Sec-Fetch-Site': 'none' }, SAME_ORIGIN, { Origin: origin }, {}];
    for (const headers of own) expect((await me(ANNA, headers)).status).toBe(200);
    const others: Record<string, string>[] = [
      { 'Sec-Fetch-Site': 'cross-site' },
      { 'Sec-Fetch-Site': 'same-site' },
      { Origin: 'null' },
    ];
    for (const headers of others) expect(problemOf(await me(ANNA, headers))[0]).toBe('forbidden');
  });

  it('writes nothing for the next person by the page of the one before', async () => {
    const { csrf_token: token } = (await me(ANNA)).json<{ csrf_token: string }>();
    const reply = await host.as(
      BEN,
      'POST',
      '/tokens',
      { kind: 'personal_token', name: 'x' },
      { 'Latchkey-CSRF': token },
    );
    expect(reply.status).toBe(403);
  });

  it('takes the host’s own tokens as Bearer, without a cookie to protect', async () => {
    host.signIn.sessions.set('jwt.anna', { user: ANNA, expiresAt: new Date(Date.now() + 60_000) });
    const headers = { ...bearer('jwt.anna'), 'Content-Type': 'application/json' };
    const body = JSON.stringify({ kind: 'personal_token', name: 'by JWT' });
    const made = await send(host.baseUrl, 'POST', `${API}/tokens`, { headers, body });
    expect([made.status, made.json<{ token: object }>().token]).toMatchObject([201, { owner: { id: ANNA } }]);
    host.signIn.sessions.set('jwt.anna', { user: ANNA, expiresAt: new Date(Date.now() - 1) });
    const late = await send(host.baseUrl, 'GET', `${API}/me`, { headers });
    expect(problemOf(late)).toEqual(['unauthenticated', 401, 'the token is not accepted']);
  });

  it('is not asked for what has a credential of Latchkey’s, valid or not', async () => {
    const issued = await host.tokens.issue({ kind: 'personal_token', owner: BEN, name: 'own' });
    const { asked } = host.signIn;
    const own = await me(ANNA, issued.headers());
    expect(own.json()).toMatchObject({ user: { id: BEN }, via: 'bearer', csrf_token: null });
    await host.tokens.revoke(issued.token.id);
    expect((await me(ANNA, issued.headers())).status).toBe(401);
    expect((await me(ANNA, { 'Private-Token': 'jwt.anna' })).status).toBe(401);
    expect(host.signIn.asked).toBe(asked);
  });

  it('opens no other API and no guarded route', async () => {
    const headers = { Cookie: `shop_session=${ROOT}`, ...bearer('jwt.root'), ...SAME_ORIGIN };
    host.signIn.sessions.set('jwt.root', ROOT);
    const { asked } = host.signIn;
    const paths = ['/client/v4/accounts', '/api/v1/users', '/tokens/verify', '/tokens/oauth2/introspect'];
    const statuses = await Promise.all(
      paths.map(
        async (path) =>
          (await send(host.baseUrl, path.endsWith('t') && path.includes('oauth2') ? 'POST' : 'GET', path, { headers }))
            .status,
      ),
    );
    expect(statuses.every((status) => status === 401 || status === 400 || status === 403)).toBe(true);
    expect(host.signIn.asked).toBe(asked);
  });

  it.each<[string, () => void, RegExp]>([
    ['nobody', () => host.signIn.sessions.delete(ANNA), /^nobody is signed in at Shop; sign in there/],
    ['somebody who is blocked', () => host.add(ANNA, { status: 'blocked' }), /blocked or not approved/],
    ['somebody who is not approved', () => host.add(ANNA, { status: 'unapproved' }), /blocked or not approved/],
    ['somebody who was removed', () => host.directory.people.delete(ANNA), /not in its directory/],
    [
      'somebody whom the directory never had',
      () => host.signIn.sessions.set(ANNA, randomUUID()),
      /not in its directory/,
    ],
  ])('opens nothing for %s', async (_what, change, detail) => {
    expect((await me(ANNA)).status).toBe(200);
    change();
    expect(problemOf(await me(ANNA))).toMatchObject(['unauthenticated', 401, expect.stringMatching(detail)]);
  });

  it.each<[string, () => void]>([
    ['throws', () => (host.signIn.fault = () => Promise.reject(new Error('the session store is away')))],
    ['hangs', () => (host.signIn.fault = () => new Promise(() => undefined))],
    ['answers with something else', () => host.signIn.sessions.set(ANNA, true as unknown as HostAnswer)],
    ['answers with an empty id', () => host.signIn.sessions.set(ANNA, '')],
    ['answers with an object of its own', () => host.signIn.sessions.set(ANNA, { id: ROOT } as unknown as HostAnswer)],
    [
      'answers with a time in seconds',
      () => host.signIn.sessions.set(ANNA, { user: ANNA, expiresAt: 2_000_000_000 as unknown as Date }),
    ],
    ['answers with no scope', () => host.signIn.sessions.set(ANNA, { user: ANNA, scopes: [] })],
  ])('opens nothing if it %s, and says so in the log', async (_what, change) => {
    change();
    const recorder = new Recorder('latchkey:host-sign-in');
    const reply = await me(ANNA);
    recorder.stop();
    expect(problemOf(reply)).toEqual(['unavailable', 503, 'the host could not say who is signed in; try again']);
    expect(reply.headers['retry-after']).toBe('5');
    expect(recorder.of('latchkey:host-sign-in')).toMatchObject([{ outcome: 'failed' }]);
    // Lines that follow soon are counted.
    expect(errors[0]).toMatch(/^SignInOfShop could not say who is signed in, so nobody was let in: .+/);
  });

  it('can be limited to scopes, and then issues nothing beyond', async () => {
    host.signIn.sessions.set(ANNA, { user: ANNA, scopes: ['read', 'deploy'] });
    const issue = (scopes?: string[]): Promise<Reply> =>
      host.as(
        ANNA,
        'POST',
        '/tokens',
        { kind: 'personal_token', name: 'x', ...(scopes && { scopes }) },
        { ...limited },
      );
    // Nothing else is open, so the token for writes cannot be asked for.
    expect((await me(ANNA)).status).toBe(403);
    host.signIn.sessions.set('free', ANNA);
    const { csrf_token: csrf } = (await me('free')).json<{ csrf_token: string }>();
    const limited = { 'Latchkey-CSRF': csrf };
    expect([(await issue()).status, (await issue(['admin'])).status, (await issue(['read'])).status]).toEqual([
      403, 403, 201,
    ]);
  });

  it('ends the live stream when the host says so', async () => {
    const stream = await openStream(host.baseUrl, `${API}/events`, { Cookie: `shop_session=${ANNA}` });
    expect(stream.status).toBe(200);
    await stream.until(() => stream.lines.length > 0);
    host.signIn.sessions.delete(ANNA);
    await stream.ended;
  });

  it.each<[string, () => void]>([
    ['the user is blocked', () => host.add(ANNA, { status: 'blocked' })],
    ['somebody else is signed in', () => host.signIn.sessions.set(ANNA, BEN)],
    ['the host cannot say', () => (host.signIn.fault = () => Promise.reject(new Error('away')))],
  ])('ends the live stream when %s', async (_what, change) => {
    const stream = await openStream(host.baseUrl, `${API}/events`, { Cookie: `shop_session=${ANNA}` });
    await stream.until(() => stream.lines.length > 0);
    change();
    await stream.ended;
  });

  it('ends the live stream at the end that the host has named', async () => {
    host.signIn.sessions.set(ANNA, { user: ANNA, expiresAt: new Date(Date.now() + 700) });
    const stream = await openStream(host.baseUrl, `${API}/events`, { Cookie: `shop_session=${ANNA}` });
    expect(stream.status).toBe(200);
    await stream.ended;
  });

  it('is named to who signs in, and to who signs out', async () => {
    const ways = await send(host.baseUrl, 'GET', `${API}/session/ways`);
    expect(ways.json()).toEqual({
      password: 'nobody',
      openid: null,
      token: false,
      host: { name: 'Shop', sign_in_url: '/login?next={return_to}' },
    });
    const out = await host.as(ANNA, 'DELETE', '/session');
    expect(problemOf(out)).toEqual(['conflict', 409, 'you are signed in by Shop; sign out there: /logout']);
  });
});

describe('the sign-in of a host that has no users of its own', () => {
  it('names users of Latchkey, and comes after their logins of the console', async () => {
    const latchkey = LatchkeyModule.forRoot({ database: IN_MEMORY, bcryptCost: 4 });
    const signIn = { signedIn: ({ headers }: HostRequest): HostAnswer => (headers['x-user'] ? 1000 : null) };
    const host = await startHost({ imports: [latchkey, LatchkeyApiModule.forRoot({ imports: [latchkey], signIn })] });
    await firstStart(host);
    const signedIn = { 'X-User': 'yes' };
    const me = async (headers: Record<string, string>): Promise<Record<string, unknown>> =>
      (await ask(host, 'GET', '/me', { headers })).json();
    expect(await me(signedIn)).toMatchObject({ user: { id: '1000' }, via: 'host', features: { own_users: true } });
    const { cookie, writing } = await logIn(host);
    expect(await me({ Cookie: cookie, ...signedIn })).toMatchObject({ via: 'cookie' });
    expect((await ask(host, 'DELETE', '/session', { headers: { ...writing, ...signedIn } })).status).toBe(204);
    expect(await me({ Cookie: cookie, ...signedIn })).toMatchObject({ via: 'host', host: { sign_out_url: null } });
    expect(await me({ Cookie: cookie })).toMatchObject({ detail: 'the login has ended; log in again' });
    await host.close();
  });
});

describe('a host that gives a wrong sign-in', () => {
  it.each<[string, unknown, RegExp]>([
    ['without the method', {}, /`signIn` without the method signedIn: give a class that extends HostSignIn/],
    ['of a class without it', LatchkeyModule, /without the method signedIn/],
    ['of a function', () => null, /without the method signedIn/],
    ['that leads elsewhere', { signedIn: () => null, signOutUrl: 'javascript:alert(1)' }, /signOutUrl .* give a path/],
    ['that leads to another host', { signedIn: () => null, signInUrl: '//evil.example' }, /signInUrl .* give a path/],
  ])('does not start with one %s', async (_what, signIn, message) => {
    const latchkey = LatchkeyModule.forRoot({ database: IN_MEMORY, bcryptCost: 4 });
    const start = async (): Promise<void> => {
      const imports = [latchkey, LatchkeyApiModule.forRoot({ imports: [latchkey], signIn: signIn as never })];
      await (await startHost({ imports })).close();
    };
    const error = await start().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OptionsError);
    expect((error as Error).message).toMatch(message);
  });
});
