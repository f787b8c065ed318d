/** Nobody locks others out by guessing: the attacks, over HTTP. */
import { describe, expect, it } from '@jest/globals';
import { AuditRecord } from '../../src/core/index.js';
import { KnownNetwork } from '../../src/identity/guessing/known-network.entity.js';
import { CleanupJob, LoginLockouts } from '../../src/identity/index.js';
import { SYSTEM } from '../../src/core/index.js';
import { startPair } from '../instances/pair.js';
import { createDatabase, onBothEngines } from '../support/engines.js';
import { send, type Reply } from '../support/http.js';
import { ACCOUNT, ADMIN, startServer, type TestServer } from '../support/test-server.js';

/** The administrator's network, one in the same /24, and others. */
const HOME = '192.0.2.1';
const NEIGHBOUR = '192.0.2.9';
const ABROAD = '203.0.113.5';

const DAY_MS = 86_400_000;

type Target = Pick<TestServer, 'baseUrl'>;

/** Logs in from an address, as the proxy in front says. */
function login(server: Target, from: string, password: string, email = ADMIN.email): Promise<Reply> {
  const body = JSON.stringify({ email, password });
  return send(server.baseUrl, 'POST', '/api/v1/users/login', { headers: { 'X-Forwarded-For': from }, body });
}

async function crmLogin(server: Target, from: string, password: string): Promise<string> {
  const body = JSON.stringify({ username: ADMIN.email, password, organisation: ACCOUNT.name });
  const call = { headers: { 'X-Forwarded-For': from }, body };
  const reply = await send(server.baseUrl, 'POST', '/crmapi/rest/v2/authentication/token', call);
  return reply.json<{ status: { code: string } }>().status.code.replace('COM.CRM.EXCEPTION.', '');
}

async function guess(server: Target, times: number, from: (at: number) => string, email?: string): Promise<number[]> {
  const statuses: number[] = [];
  for (let at = 0; at < times; at += 1) statuses.push((await login(server, from(at), 'a guess', email)).status);
  return statuses;
}

/** Addresses, each in a /24 of its own. */
const apart = (at: number): string => `198.51.${String(at)}.7`;

const proxied = (engine: TestServer['engine'], env: Record<string, string> = {}): Promise<TestServer> =>
  startServer(engine, { TRUST_PROXY: '1', ...env });

onBothEngines('an account whose password others guess', (engine) => {
  it('accepts its owner from the same /24, even if nobody has signed in from there before', async () => {
    const server = await proxied(engine);
    const statuses = await guess(server, 12, () => NEIGHBOUR);
    expect(statuses).toEqual([...Array<number>(10).fill(401), 429, 429]);
    expect((await login(server, NEIGHBOUR, ADMIN.password)).status).toBe(429);
    expect((await login(server, HOME, ADMIN.password)).status).toBe(200);
    expect(await crmLogin(server, HOME, ADMIN.password)).toBe('OK');
    expect(await crmLogin(server, NEIGHBOUR, ADMIN.password)).toBe('SECURITY.TOOMANYFAILEDLOGINSEXCEPTION');
  });

  it('accepts its owner from a known network, however many others guess from elsewhere', async () => {
    const server = await proxied(engine, { LOGIN_FAILURES_IN_TOTAL: '12' });
    expect((await login(server, HOME, ADMIN.password)).status).toBe(200);
    const statuses = await guess(server, 30, apart);
    expect(statuses.filter((status) => status === 401)).toHaveLength(12);
    for (let round = 0; round < 3; round += 1) {
      expect((await login(server, HOME, ADMIN.password)).status).toBe(200);
      expect(await crmLogin(server, HOME, ADMIN.password)).toBe('OK');
    }
    const refused = await login(server, ABROAD, ADMIN.password);
    expect(refused.status).toBe(429);
    expect(refused.headers['retry-after']).toMatch(/^[1-9]\d*$/);
    expect(await crmLogin(server, ABROAD, ADMIN.password)).toBe('SECURITY.TOOMANYFAILEDLOGINSEXCEPTION');
  });

  it('always accepts its owner while somebody else guesses five times a second', async () => {
    const server = await proxied(engine, { LOGIN_FAILURE_WINDOW_SECONDS: '150' });
    const guesses: number[] = [];
    for (let tick = 0; tick < 150; tick += 1) {
      server.clock.advance(200);
      guesses.push((await login(server, NEIGHBOUR, 'a guess')).status);
      if (tick % 15 === 0) expect((await login(server, HOME, ADMIN.password)).status).toBe(200);
    }
    // Ten at once, and one more each 15 seconds, for 30 seconds.
    expect(guesses.filter((status) => status === 401).length).toBeLessThanOrEqual(12);
  });

  it('limits guesses from a known network too', async () => {
    const server = await proxied(engine);
    expect((await login(server, HOME, ADMIN.password)).status).toBe(200);
    expect(await guess(server, 11, () => HOME)).toEqual([...Array<number>(10).fill(401), 429]);
    expect((await login(server, HOME, ADMIN.password)).status).toBe(429);
    server.clock.advance(90_000);
    expect((await login(server, HOME, ADMIN.password)).status).toBe(200);
  });

  it('lets its owner change the password during that; their own failures count for the change only', async () => {
    const server = await proxied(engine, { LOGIN_FAILURES_PER_ACCOUNT: '3' });
    const change = (current: string, next: string): Promise<Reply> =>
      send(server.baseUrl, 'POST', `/api/v1/users/${String(ADMIN.id)}/password`, {
        headers: { 'X-Forwarded-For': HOME, 'Private-Token': ADMIN.token },
        body: JSON.stringify({ current_password: current, new_password: next }),
      });
    await guess(server, 50, apart);
    await guess(server, 4, () => HOME);
    expect((await login(server, HOME, ADMIN.password)).status).toBe(429);
    expect((await change(ADMIN.password, 'the second password')).status).toBe(200);
    // Failures with the previous password do not count any more.
    expect((await login(server, HOME, 'the second password')).status).toBe(200);

    for (const status of [403, 403, 403, 429]) expect((await change('a guess', 'stolen by token')).status).toBe(status);
    const refused = await change('the second password', 'the third password');
    expect(refused.status).toBe(429);
    expect(refused.json<{ msg: string }>().msg).toMatch(/^Too many wrong passwords; try again in \d+ seconds$/);
    expect(refused.headers['retry-after']).toMatch(/^[1-9]\d*$/);
    expect((await login(server, HOME, 'the second password')).status).toBe(200);
  });
});

onBothEngines('callers who share one address, because no proxy is trusted', (engine) => {
  it('can log in to known accounts and exchange valid tokens, however often others fail', async () => {
    const server = await startServer(engine, { LOGIN_FAILURES_PER_ADDRESS: '5' });
    const exchange = (token: string): Promise<Reply> =>
      send(server.baseUrl, 'POST', '/api/v1/users/login', { body: JSON.stringify({ token }) });
    expect((await login(server, HOME, ADMIN.password)).status).toBe(200);
    for (let at = 0; at < 8; at += 1) {
      const status = at < 5 ? 401 : 429;
      expect((await login(server, HOME, 'a guess', `person-${String(at)}@example.com`)).status).toBe(status);
      expect((await exchange('x'.repeat(43))).status).toBe(status);
    }
    const failures = (): Promise<AuditRecord[]> =>
      server.dataSource.getRepository(AuditRecord).findBy({ action: 'user.login_failed' });
    const rows = await failures();
    expect(rows).not.toEqual([]);
    expect((await login(server, HOME, 'a guess', 'new@example.com')).status).toBe(429);
    const refused = await exchange('x'.repeat(43));
    expect(refused.status).toBe(429);
    expect(refused.headers['retry-after']).toMatch(/^[1-9]\d*$/);
    expect((await login(server, HOME, ADMIN.password)).status).toBe(200);
    expect((await exchange(ADMIN.token)).status).toBe(200);
    expect(await failures()).toEqual(rows);
  });
});

onBothEngines('an administrator', (engine) => {
  const asAdmin = (server: TestServer, method: string, path: string, body?: object): Promise<Reply> =>
    send(server.baseUrl, method, `/api/v1${path}`, {
      headers: { 'X-Forwarded-For': HOME, 'Private-Token': ADMIN.token },
      ...(body && { body: JSON.stringify(body) }),
    });
  const PERSON = { email: 'person@example.com', name: 'Person', password: 'their password' };

  const lockedPerson = async (server: TestServer): Promise<number> => {
    const { id } = (await asAdmin(server, 'POST', '/users', PERSON)).json<{ id: number }>();
    await guess(server, 11, () => ABROAD, PERSON.email);
    expect((await login(server, ABROAD, PERSON.password, PERSON.email)).status).toBe(429);
    return id;
  };

  it.each([
    ['unblocking', (server, id) => asAdmin(server, 'POST', `/users/${String(id)}/unblock`), PERSON.password],
    [
      'unblocking as a change, after blocking',
      async (server, id) => {
        for (const blocked of [true, false]) await asAdmin(server, 'PATCH', `/users/${String(id)}`, { blocked });
      },
      PERSON.password,
    ],
    [
      'setting a password',
      (server, id) => asAdmin(server, 'POST', `/users/${String(id)}/password`, { new_password: 'another one' }),
      'another one',
    ],
    [
      'the service, as a command does',
      (server, id) => server.app.get(LoginLockouts).clear(SYSTEM, id),
      PERSON.password,
    ],
  ] satisfies [string, (server: TestServer, id: number) => Promise<unknown>, string][])(
    'unlocks a user by %s',
    async (_way, clear, password) => {
      const server = await proxied(engine);
      const id = await lockedPerson(server);
      await clear(server, id);
      expect((await login(server, ABROAD, password, PERSON.email)).status).toBe(200);
      // The limits apply again.
      expect(await guess(server, 11, () => apart(1), PERSON.email)).toEqual([...Array<number>(10).fill(401), 429]);
    },
  );

  it('leaves an audit row, and does not unblock the user', async () => {
    const server = await proxied(engine);
    const id = await lockedPerson(server);
    const rows = async (): Promise<unknown[]> => {
      const found = await server.dataSource.getRepository(AuditRecord).findBy({ targetId: String(id) });
      return found.filter(({ action }) => action !== 'user.created').map((row) => [row.action, row.authorId]);
    };
    await asAdmin(server, 'POST', `/users/${String(id)}/unblock`);
    expect(await rows()).toEqual([['user.locks_cleared', ADMIN.id]]);
    const log = await asAdmin(server, 'GET', `/audit-log?target_type=user&target_id=${String(id)}`);
    expect(log.text).toContain('clear locks');
    await asAdmin(server, 'POST', `/users/${String(id)}/block`);
    await server.app.get(LoginLockouts).clear(SYSTEM, id);
    expect((await login(server, ABROAD, PERSON.password, PERSON.email)).status).toBe(401);
    await expect(server.app.get(LoginLockouts).clear(SYSTEM, 4711)).rejects.toMatchObject({ code: 'user_not_found' });
  });
});

onBothEngines('known networks', (engine) => {
  const networks = async (server: TestServer): Promise<string[]> => {
    const rows = await server.dataSource.getRepository(KnownNetwork).find({ order: { seenAt: 'ASC' } });
    return rows.map(({ network }) => network);
  };

  it('survive a restart, and belong to one user each', async () => {
    const database = await createDatabase(engine);
    const env = { TRUST_PROXY: '1', LOGIN_FAILURES_IN_TOTAL: '3' };
    const first = await startServer(engine, env, database);
    expect((await login(first, HOME, ADMIN.password)).status).toBe(200);
    await first.stop();
    const server = await startServer(engine, env, database);
    await guess(server, 5, apart);
    await guess(server, 5, apart, 'other@example.com');
    expect((await login(server, HOME, 'a guess', 'other@example.com')).status).toBe(429);
    expect((await login(server, HOME, ADMIN.password)).status).toBe(200);
  });

  it('are limited in number to the latest ones, whether by password or by token', async () => {
    const server = await proxied(engine, { LOGIN_KNOWN_NETWORKS: '2' });
    for (const at of [1, 2, 3]) {
      server.clock.advance(1000);
      expect((await login(server, apart(at), ADMIN.password)).status).toBe(200);
    }
    expect(await networks(server)).toEqual([apart(2), apart(3)]);
    server.clock.advance(DAY_MS);
    expect((await login(server, apart(2), ADMIN.password)).status).toBe(200);
    const headers = { 'X-Forwarded-For': '2001:db8:1:2:3::4' };
    const body = JSON.stringify({ token: ADMIN.token });
    expect((await send(server.baseUrl, 'POST', '/api/v1/users/login', { headers, body })).status).toBe(200);
    expect(await networks(server)).toEqual([apart(2), '2001:db8:1:2::/64']);
  });

  it('are not stored for failed logins, and never if the setting is 0', async () => {
    const server = await proxied(engine, { LOGIN_KNOWN_NETWORKS: '0' });
    await login(server, HOME, 'a guess');
    expect((await login(server, HOME, ADMIN.password)).status).toBe(200);
    expect(await networks(server)).toEqual([]);
  });

  it('are deleted with their user', async () => {
    const person = { email: 'person@example.com', name: 'Person', password: 'their password' };
    const server = await proxied(engine);
    const admin = { headers: { 'Private-Token': ADMIN.token } };
    const created = await send(server.baseUrl, 'POST', '/api/v1/users', { ...admin, body: JSON.stringify(person) });
    const { id } = created.json<{ id: number }>();
    expect((await login(server, HOME, person.password, person.email)).status).toBe(200);
    expect(await networks(server)).toHaveLength(1);
    expect((await send(server.baseUrl, 'DELETE', `/api/v1/users/${String(id)}`, admin)).status).toBe(200);
    expect(await networks(server)).toEqual([]);
  });

  it('expire', async () => {
    const server = await proxied(engine, { LOGIN_KNOWN_NETWORK_DAYS: '30', LOGIN_FAILURES_IN_TOTAL: '3' });
    expect((await login(server, HOME, ADMIN.password)).status).toBe(200);
    server.clock.advance(30 * DAY_MS + 1);
    await guess(server, 4, apart);
    expect((await login(server, HOME, ADMIN.password)).status).toBe(429);
    // A clock that a test moves has jumped, and nothing is removed by it.
    await server.dataSource.query('UPDATE latchkey_known_network SET seen_at = 1');
    await server.app.get(CleanupJob).run();
    expect(await networks(server)).toEqual([]);
  });
});

describe('two instances over one PostgreSQL', () => {
  it('share failure counts, cleared locks and known networks', async () => {
    const { a, b } = await startPair({ TRUST_PROXY: '1' });
    const statuses = [...(await guess(a, 6, () => ABROAD)), ...(await guess(b, 6, () => ABROAD))];
    expect(statuses.filter((status) => status === 401)).toHaveLength(10);
    expect((await login(a, ABROAD, ADMIN.password)).status).toBe(429);
    await b.app.get(LoginLockouts).clear(SYSTEM, ADMIN.id);
    expect((await login(a, ABROAD, ADMIN.password)).status).toBe(200);
    await guess(a, 200, apart);
    expect((await login(b, ABROAD, ADMIN.password)).status).toBe(200);
    expect((await login(b, HOME, ADMIN.password)).status).toBe(429);
  });

  it('allow no more attempts than the limit when all arrive on both at the same time', async () => {
    const { a, b } = await startPair({ LOGIN_FAILURES_PER_ACCOUNT: '7' });
    const replies = await Promise.all(Array.from({ length: 40 }, (_, at) => login(at % 2 ? a : b, HOME, 'a guess')));
    expect(replies.filter(({ status }) => status === 401)).toHaveLength(7);
    expect(replies.filter(({ status }) => status === 429)).toHaveLength(33);
  });

  it('keep no empty counters', async () => {
    const { a } = await startPair();
    await guess(a, 3, () => HOME);
    const count = async (): Promise<number> =>
      Number((await a.dataSource.query<{ n: string }[]>('SELECT count(*) n FROM latchkey_failure_count'))[0]?.n);
    expect(await count()).toBe(5);
    a.clock.advance(900_000);
    await a.app.get(CleanupJob).run();
    expect(await count()).toBe(0);
  });
});
