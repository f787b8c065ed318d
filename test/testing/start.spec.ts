/** A whole server in memory for tests: what it begins with, and how a test moves it. */
import { getActiveResourcesInfo } from 'node:process';
import { readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import Cloudflare, { APIConnectionError } from 'cloudflare';
import { newCheckedSecret } from '../../src/core/index.js';
import { startLatchkey, type Latchkey, type Seed } from '../../src/testing.js';

/** As a server has made it once. */
const SECRET = newCheckedSecret('lktest_').reveal();

const SEED: Seed = {
  admin: {
    email: 'boss@example.com',
    password: 'a password for tests',
    token: 'Kq3-vT9wLx0ZbN7yRf2hUe5mJc8sGd1aPo6_iWtXBnE',
  },
  accounts: [{ id: 'c'.repeat(32), name: 'First' }, { name: 'Second' }],
  users: [{ email: 'ann@example.com', roles: { Second: 'read_only' } }],
  serviceTokens: [{ name: 'CI', duration: '24h', clientSecret: SECRET }],
  personalTokens: [{ user: 'ann@example.com' }],
  accessTokens: [{ account: 'Second', code: 'AB12', identifier: 'till 1' }],
  policies: [{ account: 'First', name: 'Machines', decision: 'services', include: [{ any_token: true }] }],
  applications: [{ account: 'First', name: 'Build', addresses: ['build.example.com'], policies: ['Machines'] }],
};

/** The vendor's library as its users set it up. */
function clientOf({ baseUrl, admin }: Latchkey, options: { maxRetries?: number } = {}): Cloudflare {
  return new Cloudflare({ baseURL: `${baseUrl}/client/v4`, apiToken: admin.token, maxRetries: 0, ...options });
}

function verify({ baseUrl }: Latchkey, headers: Record<string, string>): Promise<number> {
  return fetch(`${baseUrl}/verify?kind=service_token&kind=personal_token`, { headers }).then(({ status }) => status);
}

function present(id: string, secret: string): Record<string, string> {
  return { 'CF-Access-Client-Id': id, 'CF-Access-Client-Secret': secret };
}

describe('a server for tests', () => {
  let latchkey: Latchkey;

  beforeAll(async () => {
    latchkey = await startLatchkey({ seed: SEED, clock: 'manual', settings: { VERIFY_WITHOUT_ACCOUNT: 'true' } });
  });
  beforeEach(() => latchkey.reset());
  afterAll(() => latchkey.stop());

  it('begins with what its seed says, and tells the secrets', async () => {
    expect(latchkey.admin).toEqual(SEED.admin);
    expect(latchkey.account).toEqual({ id: 'c'.repeat(32), name: 'First' });
    const { accounts, users, tokens } = latchkey.seeded;
    expect(accounts.map(({ name }) => name)).toEqual(['First', 'Second']);
    expect(users.map(({ email }) => email)).toEqual(['ann@example.com']);
    expect(tokens.map(({ kind }) => kind)).toEqual(['service_token', 'personal_token', 'crm_access_token']);
    const [service, personal] = tokens;
    expect(service?.secret).toBe(SECRET);
    expect(await verify(latchkey, { ...service?.headers })).toBe(200);
    expect(await verify(latchkey, { ...personal?.headers })).toBe(200);
    const [application] = (await clientOf(latchkey).zeroTrust.access.applications.list({ account_id: 'c'.repeat(32) }))
      .result;
    const { status } = await fetch(`${latchkey.baseUrl}/verify?app=${application?.id ?? ''}`, {
      headers: { ...service?.headers },
    });
    expect(status).toBe(200);
  });

  it('shows the expiry of a token to the unmodified library of the vendor when its clock is moved', async () => {
    const { serviceTokens } = clientOf(latchkey).zeroTrust.access;
    const account_id = latchkey.account.id;
    const created = await serviceTokens.create({ account_id, name: 'for a month', duration: '720h' });
    const pair = present(created.client_id ?? '', created.client_secret ?? '');
    expect(await verify(latchkey, pair)).toBe(200);
    latchkey.clock.advance('29d');
    expect(await verify(latchkey, pair)).toBe(200);
    latchkey.clock.advance('2d');
    expect(await verify(latchkey, pair)).toBe(401);
    const refreshed = await serviceTokens.refresh(created.id ?? '', { account_id });
    expect(new Date(refreshed.expires_at ?? '').getTime()).toBeGreaterThan(latchkey.clock.now().getTime());
    expect(await verify(latchkey, pair)).toBe(200);
  });

  it('shows the end of an overlap to the unmodified library of the vendor when its clock is moved', async () => {
    const { serviceTokens } = clientOf(latchkey).zeroTrust.access;
    const account_id = latchkey.account.id;
    const {
      id = '',
      client_id: clientId = '',
      client_secret: old = '',
    } = await serviceTokens.create({
      account_id,
      name: 'rotated',
    });
    const until = new Date(latchkey.clock.now().getTime() + 3_600_000).toISOString();
    const { client_secret: fresh = '' } = await serviceTokens.rotate(id, {
      account_id,
      previous_client_secret_expires_at: until,
    });
    const statuses = (): Promise<number[]> =>
      Promise.all([old, fresh].map((secret) => verify(latchkey, present(clientId, secret))));
    expect(await statuses()).toEqual([200, 200]);
    latchkey.clock.advance('59m');
    expect(await statuses()).toEqual([200, 200]);
    latchkey.clock.advance('1m');
    expect(await statuses()).toEqual([401, 200]);
  });

  it('ends sessions when its clock is moved', async () => {
    const { email, password } = latchkey.admin;
    const login = await fetch(`${latchkey.baseUrl}/api/v1/users/login`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ email, password }),
    });
    const { token } = (await login.json()) as { token: string };
    const list = (): Promise<number> =>
      fetch(`${latchkey.baseUrl}/api/v1/users`, { headers: { 'Private-Token': token } }).then(({ status }) => status);
    expect([login.status, await list()]).toEqual([200, 200]);
    latchkey.clock.advance('400d');
    expect(await list()).toBe(401);
  });

  it('stands still until it is moved, and can be set', async () => {
    const before = latchkey.clock.now();
    await fetch(`${latchkey.baseUrl}/health/live`);
    expect(latchkey.clock.now()).toEqual(before);
    expect(latchkey.clock.set('2031-05-06T07:08:09Z').toISOString()).toBe('2031-05-06T07:08:09.000Z');
    const token = await latchkey.issueForTest({ kind: 'service_token', duration: '1h' });
    expect(token.expiresAt?.toISOString()).toBe('2031-05-06T08:08:09.000Z');
    expect(() => latchkey.clock.advance('a month')).toThrow('"31d"');
    expect(() => latchkey.clock.set('soon')).toThrow('RFC 3339');
  });

  it('issues tokens of each kind without a request', async () => {
    const personal = await latchkey.issueForTest({ kind: 'personal_token', user: 'ann@example.com', expiresIn: '1h' });
    expect(await verify(latchkey, { ...personal.headers })).toBe(200);
    latchkey.clock.advance('1h');
    expect(await verify(latchkey, { ...personal.headers })).toBe(401);
    const disabled = await latchkey.issueForTest({ kind: 'service_token', enabled: false });
    expect(await verify(latchkey, { ...disabled.headers })).toBe(401);
    expect(await latchkey.issueForTest({ kind: 'crm_access_token', code: 'XY9' })).toMatchObject({ handle: 'XY9' });
    await expect(latchkey.issueForTest({ kind: 'service_token', account: 'nobody' })).rejects.toThrow('nobody');
    await expect(latchkey.issueForTest({ kind: 'personal_token', user: 'x@y.z' })).rejects.toThrow('x@y.z');
  });

  it('goes back to its seed: rows, caches, clock, faults and ledger', async () => {
    const [seeded] = latchkey.seeded.tokens;
    const began = latchkey.clock.now();
    const { serviceTokens } = clientOf(latchkey).zeroTrust.access;
    const account_id = latchkey.account.id;
    const added = await latchkey.issueForTest({ kind: 'service_token', name: 'added' });
    await serviceTokens.delete(seeded?.id ?? '', { account_id });
    latchkey.clock.advance('3d');
    latchkey.fault({ route: '/verify', status: 503, times: Infinity });
    expect(await verify(latchkey, added.headers)).toBe(503);
    const before = performance.now();
    await latchkey.reset();
    const elapsed = performance.now() - before;
    expect(latchkey.requests()).toEqual([]);
    expect(latchkey.clock.now()).toEqual(began);
    expect(await verify(latchkey, { ...seeded?.headers })).toBe(200);
    expect(await verify(latchkey, added.headers)).toBe(401);
    const names: string[] = [];
    for await (const token of serviceTokens.list({ account_id })) names.push(token.name ?? '');
    expect(names).toEqual(['CI']);
    // A third of what it takes in a busy run.
    expect(elapsed).toBeLessThan(100);
  });

  it('forgets failed logins at a reset', async () => {
    const attempt = (password: string): Promise<number> =>
      fetch(`${latchkey.baseUrl}/api/v1/users/login`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ email: latchkey.admin.email, password }),
      }).then(({ status }) => status);
    let last = 0;
    for (let count = 0; count < 100 && last !== 429; count += 1) last = await attempt('wrong');
    expect(last).toBe(429);
    await latchkey.reset();
    expect(await attempt(latchkey.admin.password)).toBe(200);
  });

  it('keeps a ledger of the requests', async () => {
    await fetch(`${latchkey.baseUrl}/verify?kind=service_token`, { headers: { 'X-Test': 'yes' } });
    await fetch(`${latchkey.baseUrl}/client/v4/accounts`, { method: 'POST' });
    const [first, second] = latchkey.requests();
    expect(first).toMatchObject({ method: 'GET', path: '/verify', query: '?kind=service_token', status: 401 });
    expect(first?.headers['x-test']).toBe('yes');
    expect(first?.at).toEqual(latchkey.clock.now());
    expect(second).toMatchObject({ method: 'POST', path: '/client/v4/accounts', status: 400, faulty: false });
  });

  it('fails requests as ordered, in the form of the API, so often and no more', async () => {
    const route = 'GET /client/v4/accounts/:account/access/service_tokens';
    latchkey.fault({ route, status: 429, retryAfter: 7, times: 2 });
    const url = `${latchkey.baseUrl}/client/v4/accounts/${latchkey.account.id}/access/service_tokens`;
    const headers = { Authorization: `Bearer ${latchkey.admin.token}` };
    const failed = await fetch(url, { headers });
    expect([failed.status, failed.headers.get('retry-after')]).toEqual([429, '7']);
    expect(await failed.json()).toMatchObject({ success: false, errors: [{ code: 971 }] });
    expect((await fetch(url, { headers })).status).toBe(429);
    expect((await fetch(url, { headers })).status).toBe(200);
    expect(latchkey.requests().map(({ faulty }) => faulty)).toEqual([true, true, false]);
  });

  it.each([401, 403, 408, 429, 500, 502, 503])(
    'answers an ordered %p in every API with that status',
    async (status) => {
      latchkey.fault({ route: '/**', status, times: Infinity });
      for (const path of [
        '/client/v4/accounts',
        '/api/v1/users',
        '/crmapi/rest/v2/x',
        '/oauth2/introspect',
        '/verify',
      ]) {
        const answer = await fetch(latchkey.baseUrl + path, { method: path.startsWith('/oauth2') ? 'POST' : 'GET' });
        expect([path, answer.status]).toEqual([path, status]);
        expect(answer.headers.get('content-type')).toContain('json');
      }
    },
  );

  it('takes faults back, and refuses those that can never happen', async () => {
    const takeBack = latchkey.fault({ route: '/verify', status: 500 });
    takeBack();
    expect(await verify(latchkey, {})).toBe(401);
    expect(() => latchkey.fault({ route: 'verify', status: 500 })).toThrow('begins with "/"');
    expect(() => latchkey.fault({ route: '/verify' })).toThrow('give status, delay or disconnect');
    expect(() => latchkey.fault({ route: '/verify', status: 200 })).toThrow('400 to 599');
    expect(() => latchkey.fault({ route: '/verify', status: 500, times: 0 })).toThrow('at least once');
    expect(() => latchkey.fault({ route: '/verify', status: 500, disconnect: true })).toThrow('one of them');
  });

  it('breaks connections before a request is served, or after', async () => {
    const { serviceTokens } = clientOf(latchkey).zeroTrust.access;
    const account_id = latchkey.account.id;
    const route = 'POST /client/v4/accounts/*/access/service_tokens';
    const counted = async (): Promise<number> => {
      let count = 0;
      for await (const _token of serviceTokens.list({ account_id })) count += 1;
      return count;
    };
    latchkey.fault({ route, disconnect: 'before' });
    await expect(serviceTokens.create({ account_id, name: 'lost' })).rejects.toThrow(APIConnectionError);
    expect(await counted()).toBe(1);
    latchkey.fault({ route, disconnect: 'after' });
    await expect(serviceTokens.create({ account_id, name: 'made' })).rejects.toThrow(APIConnectionError);
    expect(await counted()).toBe(2);
    latchkey.fault({ route: '/verify', delay: 80 });
    const before = performance.now();
    await verify(latchkey, {});
    expect(performance.now() - before).toBeGreaterThan(75);
  });
});

describe('servers for tests', () => {
  const running: Latchkey[] = [];
  afterEach(() => Promise.all(running.splice(0).map((each) => each.stop())));

  it('do not know of each other', async () => {
    const [one, other] = await Promise.all([startLatchkey(), startLatchkey()]);
    running.push(one, other);
    const token = await one.issueForTest({ kind: 'service_token' });
    expect([await verify(one, token.headers), await verify(other, token.headers)]).toEqual([200, 401]);
    one.clock.advance('9000d');
    expect(other.clock.now().getTime()).toBeLessThan(one.clock.now().getTime());
  });

  it('serve the dialects that are chosen', async () => {
    const latchkey = await startLatchkey({ dialects: ['cloudflare'], settings: { VERIFY_PORT: '0' } });
    running.push(latchkey);
    expect((await fetch(`${latchkey.baseUrl}/client/v4/accounts`)).status).toBe(400);
    expect((await fetch(`${latchkey.baseUrl}/api/v1/users`)).status).toBe(404);
    await expect(startLatchkey({ dialects: ['acme'] })).rejects.toThrow('cloudflare');
  });

  it('leave nothing running, no file, and the logger of the process as it was', async () => {
    const listening = (): string[] => getActiveResourcesInfo().filter((name) => /Server|Worker/.test(name));
    // What others have closed is gone after some turns of the event loop.
    await delay(50);
    const listened = listening();
    const folder = readdirSync('.');
    const logger = (Logger as unknown as { staticInstanceRef: unknown }).staticInstanceRef;
    const latchkey = await startLatchkey();
    await verify(latchkey, {});
    expect((Logger as unknown as { staticInstanceRef: unknown }).staticInstanceRef).toBe(logger);
    await latchkey.stop();
    await latchkey.stop();
    await expect(fetch(`${latchkey.baseUrl}/verify`)).rejects.toThrow();
    expect(listening()).toEqual(listened);
    expect(readdirSync('.')).toEqual(folder);
    expect((Logger as unknown as { staticInstanceRef: unknown }).staticInstanceRef).toBe(logger);
  });

  it('are refused with all faults of a seed', async () => {
    const seed = { accounts: [{ id: 'x', name: '' }], token: [] } as unknown as Seed;
    await expect(startLatchkey({ seed })).rejects.toThrow(/accounts\[1]\.id[^]*accounts\[1]\.name[^]*token: is not/);
    const policies: Seed['policies'] = [{ account: 'none', name: 'x', decision: 'deny', include: [] }];
    await expect(startLatchkey({ seed: { policies } })).rejects.toThrow('policies[1].account: names the');
    await expect(startLatchkey({ seed: { serviceTokens: [{ name: 'x', account: 'none' }] } })).rejects.toThrow('none');
  });
});

it('its routes of control are served only when they are asked for', async () => {
  const latchkey = await startLatchkey({ controlRoutes: true });
  const without = await startLatchkey();
  try {
    const call = async (method: string, name: string, body?: object): Promise<unknown[]> => {
      const answer = await fetch(`${latchkey.baseUrl}/_latchkey/${name}`, {
        method,
        ...(body && { body: JSON.stringify(body) }),
      });
      return [answer.status, await answer.json()];
    };
    const before = latchkey.clock.now().getTime();
    await call('POST', 'clock', { advance: '31d' });
    expect(latchkey.clock.now().getTime() - before).toBe(31 * 86_400_000);
    expect(await call('POST', 'clock', { set: '2031-01-01T00:00:00Z' })).toEqual([
      200,
      { now: '2031-01-01T00:00:00.000Z' },
    ]);
    expect((await call('POST', 'clock', {}))[0]).toBe(400);
    expect((await call('POST', 'faults', { route: '/verify', status: 503 }))[0]).toBe(200);
    expect((await call('POST', 'faults', { route: '/verify' }))[0]).toBe(400);
    expect(await verify(latchkey, {})).toBe(503);
    expect(await call('POST', 'reset')).toEqual([200, { now: new Date(before).toISOString() }]);
    expect(await call('GET', 'requests')).toEqual([200, []]);
    expect((await call('POST', 'other'))[0]).toBe(404);
    expect((await fetch(`${without.baseUrl}/_latchkey/clock`)).status).toBe(404);
  } finally {
    await Promise.all([latchkey.stop(), without.stop()]);
  }
});
