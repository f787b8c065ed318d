/** What a running server publishes on its channels. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { channel } from 'node:diagnostics_channel';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  AuditSink,
  DomainError,
  EventBus,
  ImportedSource,
  ImportedToken,
  LastSeen,
  SYSTEM,
} from '../../src/core/index.js';
import { CleanupJob, PersonalToken } from '../../src/identity/index.js';
import { startWithOutage } from '../dialects/crm/outage.js';
import { API, startPeopleHost } from '../embedding/people-host.js';
import { fillAuditLog } from '../support/audit-rows.js';
import { Recorder, countUnheard, declaredChannels, documentedChannels, type Message } from '../support/channels.js';
import { onBothEngines } from '../support/engines.js';
import { send, type Call, type Reply } from '../support/http.js';
import { openStream } from '../support/line-stream.js';
import { RawConnection } from '../support/raw-connection.js';
import { issueToken, servicesOf } from '../support/services.js';
import { ACCOUNT, ADMIN, startServer, type TestServer } from '../support/test-server.js';

const AS_ADMIN = { Authorization: `Bearer ${ADMIN.token}`, 'Private-Token': ADMIN.token };
const TOKENS = `/client/v4/accounts/${ACCOUNT.id}/access/service_tokens`;
const LOGIN = '/api/v1/users/login';
const DURATION = expect.any(Number) as unknown as number;
const SOME_ID = expect.any(String) as unknown as string;

const NAMES = declaredChannels();

function revoke(server: TestServer, { id, userId }: PersonalToken): Promise<unknown> {
  const { unitOfWork, tokens } = servicesOf(server);
  return unitOfWork.write(SYSTEM, (tx) => tokens.revoke(tx, PersonalToken, { id, userId }));
}

/** Every message that any test of this file has received, by channel. */
const heard = new Map<string, Message[]>();

onBothEngines('the channels', (engine) => {
  let server: TestServer;
  let recorder: Recorder;

  const note = (): void => {
    for (const { name, message } of recorder.messages) heard.set(name, [...(heard.get(name) ?? []), message]);
    recorder.clear();
  };

  beforeAll(async () => {
    recorder = new Recorder(...NAMES);
    server = await startServer(engine, { LOGIN_FAILURES_PER_ACCOUNT: '3', LAST_USES_WAITING: '100' });
    note();
  });
  afterEach(() => {
    note();
  });
  afterAll(async () => {
    recorder.stop();
    await server.close();
  });

  const ask = (method: string, path: string, call: Call = {}, to = server): Promise<Reply> =>
    send(to.baseUrl, method, path, call);

  const post = (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Reply> =>
    ask('POST', path, { headers, body: JSON.stringify(body) });

  const login = (email: string, password: string): Promise<Reply> => post(LOGIN, { email, password });

  it('of limits say what was refused', async () => {
    const small = await startServer(engine, { MAX_CONNECTIONS: '1' });
    expect((await ask('GET', '/health/live', {}, small)).status).toBe(200);
    // The connection of that request is kept, so this one is the second.
    await new RawConnection(small.baseUrl, 'GET / HTTP/1.1\r\n').ended;
    expect(recorder.of('latchkey:capacity')).toEqual([
      { resource: 'connections', limit: 1, address: expect.stringContaining('127.0.0.1') },
    ]);
    await small.close();
  });

  it('of last uses tell which are not recorded', () => {
    const lastSeen = server.app.get(LastSeen);
    for (let count = 0; count <= 100; count += 1) {
      const known = { token: { id: String(count), secretVersion: 1 }, notedAt: { current: 0, previous: 0 } };
      lastSeen.note(known as unknown as Parameters<LastSeen['note']>[0], 'current', Date.now());
    }
    expect(recorder.of('latchkey:last-use').at(-1)).toEqual({ outcome: 'dropped', limit: 100 });
  });

  it("of a host's sign-in tell how the host has answered", async () => {
    const host = await startPeopleHost(engine);
    expect((await send(host.baseUrl, 'GET', `${API}/me`)).status).toBe(401);
    expect(recorder.of('latchkey:host-sign-in')).toEqual([
      { outcome: 'nobody', durationMs: DURATION, address: expect.stringContaining('127.0.0.1'), requestId: SOME_ID },
    ]);
    await host.close();
  });

  it('of pages of other sites tell what was refused', async () => {
    await post(LOGIN, {}, { 'Sec-Fetch-Site': 'cross-site' });
    await ask('GET', LOGIN, { headers: { 'Sec-Fetch-Site': 'cross-site' } });
    expect(recorder.of('latchkey:foreign-page')).toEqual([
      { dialect: 'canvus', method: 'POST', relation: 'cross-site' },
    ]);
  });

  describe('of verifications', () => {
    const verified = (): Message[] => recorder.of('latchkey:verify');

    it('contain the verdict, where the token was found, and which secret matched', async () => {
      const { token, secret } = await issueToken(servicesOf(server));
      recorder.clear();
      const headers = { 'Private-Token': secret.reveal() };
      await ask('GET', '/verify', { headers });
      await ask('GET', '/verify', { headers });
      const accepted = { status: 'valid', kind: 'personal_token', matched: 'current', tokenId: token.id };
      expect(verified()).toEqual([
        { ...accepted, source: 'database', durationMs: DURATION },
        { ...accepted, source: 'memory', durationMs: DURATION },
      ]);
    });

    it('contain the token whose secret is wrong, and none for an unknown one', async () => {
      const made = (await post(TOKENS, { name: 'mine' }, AS_ADMIN)).json<{ result: Record<string, string> }>().result;
      const other = (await post(TOKENS, { name: 'other' }, AS_ADMIN)).json<{ result: Record<string, string> }>().result;
      recorder.clear();
      const headers = {
        'CF-Access-Client-Id': String(made.client_id),
        'CF-Access-Client-Secret': String(other.client_secret),
      };
      await ask('GET', '/verify', { headers });
      await ask('GET', '/verify', { headers: { 'Private-Token': 'x'.repeat(43) } });
      expect(verified()).toEqual([
        {
          status: 'wrong_secret',
          kind: 'service_token',
          source: 'database',
          matched: null,
          tokenId: made.id,
          durationMs: DURATION,
        },
        { status: 'unknown', kind: null, source: 'database', matched: null, tokenId: null, durationMs: DURATION },
      ]);
    });

    it('include those that a dialect makes itself', async () => {
      await ask('GET', '/api/v1/users', { headers: AS_ADMIN });
      expect(verified()).toMatchObject([{ status: 'valid', kind: 'personal_token' }]);
    });
  });

  it('of decisions contain outcome, reason, rule, and the source of the request', async () => {
    const { token, secret } = await issueToken(servicesOf(server));
    const credential = { 'Private-Token': secret.reveal() };
    recorder.clear();
    await ask('GET', '/verify', { headers: { ...credential, 'X-Request-Id': 'first' } });
    await ask('GET', `/verify?account=${ACCOUNT.id}`, { headers: credential });
    await ask('GET', '/verify');
    await ask('GET', '/verify', { headers: { 'Private-Token': 'short' } });
    await ask('GET', '/verify', { headers: { 'Private-Token': 'x'.repeat(43) } });
    const mine = { kind: 'personal_token', tokenId: token.id, accountId: null };
    const none = { kind: null, tokenId: null, accountId: null };
    const common = { entryPoint: 'verify', address: '127.0.0.1', requestId: SOME_ID, policy: {} };
    expect(recorder.of('latchkey:decision')).toEqual([
      { ...common, ...mine, outcome: 'admitted', reason: null, requestId: 'first' },
      { ...common, ...mine, outcome: 'forbidden', reason: 'not_admitted', policy: { accounts: [ACCOUNT.id] } },
      { ...common, ...none, outcome: 'unauthenticated', reason: 'missing' },
      { ...common, ...none, outcome: 'unauthenticated', reason: 'malformed' },
      { ...common, ...none, outcome: 'unauthenticated', reason: 'unknown' },
    ]);
  });

  it('of refusals and denials name the token, and never what was presented', async () => {
    const services = servicesOf(server);
    const { id: userId } = await services.users.create(SYSTEM, { email: 'denied@example.com', name: 'Denied' });
    const { token, secret } = await issueToken(services, { userId });
    recorder.clear();
    const headers = { 'Private-Token': secret.reveal() };
    await ask('GET', `/verify?account=${ACCOUNT.id}`, { headers });
    await ask('GET', '/api/v1/audit-log', { headers });
    const caller = { tokenId: token.id, address: '127.0.0.1', requestId: SOME_ID };
    const rule = `{"accounts":["${ACCOUNT.id}"]}`;
    expect(recorder.of('latchkey:refusal')).toEqual([
      { ...caller, entryPoint: 'verify', reason: 'not_admitted', kind: 'personal_token', accountId: null, rule },
    ]);
    const operation = { dialect: 'canvus', method: 'GET', route: '/api/v1/audit-log', permission: 'administrator' };
    expect(recorder.of('latchkey:denial')).toEqual([{ ...caller, ...operation, userId }]);
  });

  describe('of requests', () => {
    const headers = { ...AS_ADMIN, 'X-Request-Id': 'mine' };

    it('contain dialect, route and status; the start comes before the end', async () => {
      await ask('GET', '/api/v1/users/1000', { headers });
      await ask('GET', '/client/v4/nothing', { headers });
      await ask('GET', '/verify', { headers: { 'X-Request-Id': 'mine' } });
      await ask('GET', '/health/live', { headers });
      const routed = recorder.of('latchkey:request:routed');
      const seen = recorder.messages.filter(({ name }) => /^latchkey:request(:start)?$/.test(name));
      const start = (dialect: string | null): object => ({
        name: 'latchkey:request:start',
        message: { requestId: 'mine', method: 'GET', dialect },
      });
      const end = (dialect: string | null, route: string | null, status: number): object => ({
        name: 'latchkey:request',
        message: {
          requestId: 'mine',
          method: 'GET',
          dialect,
          route,
          status,
          aborted: false,
          durationMs: DURATION,
        },
      });
      expect(seen).toEqual([
        expect.objectContaining({ name: 'latchkey:request:start' }),
        end('canvus', '/api/v1/users/:id', 200),
        expect.objectContaining({ name: 'latchkey:request:start' }),
        end('cloudflare', null, 404),
        start('verify'),
        end('verify', '/verify', 401),
        start(null),
        end(null, '/health/live', 200),
      ]);
      // The same, without those to /verify.
      expect(routed).toEqual(recorder.of('latchkey:request').filter(({ dialect }) => dialect !== 'verify'));
      expect(routed).toHaveLength(3);
    });

    it('say if a client has disconnected', async () => {
      const stream = await openStream(server.baseUrl, '/api/v1/users?subscribe', { 'Private-Token': ADMIN.token });
      await stream.line(0);
      stream.close();
      while (recorder.of('latchkey:request').length === 0) await delay(5);
      expect(recorder.of('latchkey:request')).toMatchObject([{ dialect: 'canvus', aborted: true, status: 200 }]);
    });

    it('have the context that a subscriber binds to the start, down to the audit log', async () => {
      const store = new AsyncLocalStorage<string>();
      const start = channel('latchkey:request:start');
      start.bindStore(store, (message) => (message as { requestId: string }).requestId);
      const seen: [unknown, unknown][] = [];
      const auditSink = server.app.get(AuditSink);
      const write = auditSink.write.bind(auditSink);
      auditSink.write = async (transaction, entries) => {
        seen.push(...entries.map(({ targetName }): [unknown, unknown] => [targetName, store.getStore()]));
        await write(transaction, entries);
      };
      const names = Array.from({ length: 20 }, (_, at) => `bound-${String(at)}`);
      await Promise.all(names.map((name) => post(TOKENS, { name }, { ...AS_ADMIN, 'X-Request-Id': name })));
      auditSink.write = write;
      start.unbindStore(store);
      expect(seen.sort()).toEqual(names.map((name) => [name, name]).sort());
    });
  });

  it('of streams contain how many are open, and why one ends', async () => {
    const open = (token: string) => openStream(server.baseUrl, '/api/v1/users?subscribe', { 'Private-Token': token });
    const { token, secret } = await issueToken(servicesOf(server));
    const [one, other] = [await open(ADMIN.token), await open(secret.reveal())];
    await Promise.all([one.line(0), other.line(0)]);
    await revoke(server, token);
    await other.ended;
    one.close();
    while (recorder.of('latchkey:stream').length < 4) await delay(5);
    const common = { dialect: 'canvus', route: '/api/v1/users' };
    expect(recorder.of('latchkey:stream')).toEqual([
      { ...common, event: 'opened', reason: null, open: 1 },
      { ...common, event: 'opened', reason: null, open: 2 },
      { ...common, event: 'ended', reason: 'refused', open: 1 },
      { ...common, event: 'ended', reason: 'client', open: 0 },
    ]);
  });

  describe('of changes', () => {
    it('contain the author, the request, the changes and how long they took', async () => {
      await post(TOKENS, { name: 'told' }, { ...AS_ADMIN, 'X-Request-Id': 'a-write' });
      const author = { userId: 1000, admin: true, tokenId: SOME_ID, address: '127.0.0.1', requestId: 'a-write' };
      expect(recorder.of('latchkey:write')).toEqual([
        {
          outcome: 'committed',
          code: null,
          author: expect.objectContaining(author),
          changes: [expect.objectContaining({ type: 'token.issued', kind: 'service_token' })],
          durationMs: DURATION,
          propagationMs: DURATION,
        },
      ]);
      expect(recorder.of('latchkey:commit')).toEqual([
        { engine, outcome: 'committed', writes: 1, waiting: 0, waitMs: DURATION, durationMs: DURATION },
      ]);
    });

    it('contain why one was not made', async () => {
      const { unitOfWork } = servicesOf(server);
      const refused = unitOfWork.write(SYSTEM, () => Promise.reject(new DomainError('conflict', 'no')));
      await expect(refused).rejects.toThrow('no');
      await post('/client/v4/accounts', { name: ACCOUNT.name }, AS_ADMIN);
      expect(recorder.of('latchkey:write')).toMatchObject([
        { outcome: 'rolled_back', code: 'conflict', changes: [] },
        { outcome: 'rolled_back', code: 'account_name_taken', changes: [] },
      ]);
      expect(recorder.of('latchkey:database-error')).toEqual([]);
    });

    it('contain how many writes share a commit', async () => {
      // Otherwise their write could come between these.
      await server.app.get(LastSeen).flush();
      recorder.clear();
      await Promise.all(Array.from({ length: 12 }, (_, at) => post(TOKENS, { name: String(at) }, AS_ADMIN)));
      const commits = recorder.of('latchkey:commit') as { writes: number; waitMs: number }[];
      expect(commits.reduce((sum, { writes }) => sum + writes, 0)).toBe(12);
      const largest = Math.max(...commits.map(({ writes }) => writes));
      expect(engine === 'sqlite' ? largest > 1 : largest === 1).toBe(true);
      for (const { waitMs } of commits) expect(waitMs).toBeGreaterThanOrEqual(0);
    });
  });

  it('of logins and passwords contain the outcome of each', async () => {
    await login(ADMIN.email, ADMIN.password);
    await login('nobody@example.com', 'wrong');
    await post(LOGIN, { token: ADMIN.token });
    const common = { audience: 'user', address: '127.0.0.1', requestId: SOME_ID };
    expect(recorder.of('latchkey:login')).toEqual([
      { ...common, method: 'password', outcome: 'opened', userId: 1000, endedLogins: 0 },
      { ...common, method: 'password', outcome: 'refused', userId: null, endedLogins: 0 },
      { ...common, method: 'token', outcome: 'opened', userId: 1000, endedLogins: 0 },
    ]);
    const compared = {
      operation: 'compare',
      purpose: 'login',
      outcome: 'done',
      waiting: 0,
      waitMs: DURATION,
      durationMs: DURATION,
    };
    expect(recorder.of('latchkey:hashing')).toEqual([compared, compared]);
  });

  it('of passwords contain how many wait, and what was rejected', async () => {
    const { hashing } = servicesOf(server);
    const work = Array.from({ length: 70 }, () => hashing.hashPassword(servicesOf(server).hashing.newSecret()));
    await Promise.allSettled(work);
    const told = recorder.of('latchkey:hashing') as { outcome: string; waiting: number }[];
    // One slot is kept for logins.
    expect(told.filter(({ outcome }) => outcome === 'rejected')).toHaveLength(70 - 1 - 64);
    expect(Math.max(...told.map(({ waiting }) => waiting))).toBe(64);
  });

  it('of imported tokens contain what each comparison has found', async () => {
    await server.dataSource.manager.insert(ImportedSource, {
      algorithm: 'bcrypt-id',
      key: '$2a$04$CJMbCOH5ASXJAPMxw6XMZ.',
      createdAt: new Date(),
    });
    const { id: sourceId } = await server.dataSource.manager.findOneByOrFail(ImportedSource, {
      algorithm: 'bcrypt-id',
    });
    const row = { tokenId: 'gone', sourceId, verifier: 'none', standIn: '0'.repeat(64), waiting: true };
    await server.dataSource.manager.insert(ImportedToken, row);
    server.app.get(EventBus).resync();
    await ask('GET', '/verify', { headers: { 'Private-Token': 'x'.repeat(43) } });
    const common = { operation: 'search', waiting: 0, durationMs: DURATION };
    expect(recorder.of('latchkey:imported-check')).toEqual([{ ...common, outcome: 'missed' }]);
    await server.dataSource.manager.delete(ImportedToken, { sourceId });
  });

  it('of throttling contain which limit was reached, and for how long', async () => {
    for (let attempt = 0; attempt < 4; attempt += 1) await login('victim@example.com', 'a guess');
    expect(recorder.of('latchkey:throttle')).toEqual([
      {
        purpose: 'login',
        bucket: 'account_and_network',
        retryAfterSeconds: DURATION,
        address: '127.0.0.1',
        requestId: SOME_ID,
      },
    ]);
    expect(recorder.of('latchkey:login').at(-1)).toMatchObject({ outcome: 'throttled' });
  });

  it('of the cleanup job contain what each round removed', async () => {
    await login(ADMIN.email, ADMIN.password);
    // A clock that a test moves has jumped, and nothing is removed by it.
    await server.dataSource.query(`UPDATE latchkey_token SET expires_at = 1 WHERE kind = 'session'`);
    await server.app.get(CleanupJob).run();
    const [sessions] = recorder.of('latchkey:cleanup');
    expect(sessions).toEqual({
      task: 'expired sessions',
      outcome: 'done',
      removed: expect.any(Number),
      durationMs: DURATION,
    });
    expect(Number(sessions?.removed)).toBeGreaterThan(0);
  });

  describe('of the database', () => {
    it('contain why it is unavailable, with the error code of the engine', async () => {
      const outage = await startWithOutage(engine, {}, startServer);
      await outage.begin();
      const body = '{"name":"x"}';
      const reply = await ask('POST', TOKENS, { headers: AS_ADMIN, body }, outage.server);
      await outage.end();
      expect(reply.status).toBe(503);
      const told = recorder.of('latchkey:database-error');
      expect(told.at(-1)).toEqual({ engine, code: expect.any(String), consequence: 'unavailable' });
      if (engine === 'sqlite') expect(told).toHaveLength(1);
      expect(told.at(-1)?.code).toMatch(engine === 'sqlite' ? /^SQLITE_BUSY/ : /^(ECONN|CONNECTION_LOST|57P0)/);
      await outage.server.close();
    });

    it('include invalid statements', async () => {
      const broken = await startServer(engine);
      await broken.dataSource.query('DROP TABLE "latchkey_membership"');
      await ask('GET', `/client/v4/accounts/${ACCOUNT.id}/members`, { headers: AS_ADMIN }, broken);
      const code = engine === 'sqlite' ? 'SQLITE_ERROR' : '42P01';
      expect(recorder.of('latchkey:database-error')).toEqual([{ engine, code, consequence: 'unexpected' }]);
      await broken.close();
    });
  });

  it('of long reads contain the reader and the number of slices', async () => {
    await fillAuditLog(server, 250);
    recorder.clear();
    await ask('GET', '/api/v1/audit-log/export-csv', { headers: AS_ADMIN });
    const done = { outcome: 'done', userId: ADMIN.id, slices: 2, durationMs: DURATION };
    expect(recorder.of('latchkey:long-read')).toEqual([done]);
  });

  (engine === 'postgres' ? it : it.skip)(
    'of the relay contain the lease, its loss, and how long a revocation waits',
    async () => {
      const one = await startServer(engine);
      const told = (event: string): Message[] => recorder.of('latchkey:relay').filter((each) => each.event === event);
      const until = async (event: string): Promise<void> => {
        const deadline = Date.now() + 10_000;
        while (told(event).length === 0 && Date.now() < deadline) await delay(10);
      };
      expect(told('listening')).toHaveLength(1);
      expect(told('resync')).toHaveLength(1);
      // The first account is waited for as well.
      recorder.clear();
      await ask('POST', TOKENS, { headers: AS_ADMIN, body: '{"name":"x"}' }, one);
      await until('delivered');
      expect(told('delivered').at(-1)).toEqual({ event: 'delivered', lagMs: DURATION });
      expect(told('revocation')).toEqual([]);
      const { token } = await issueToken(servicesOf(one));
      await revoke(one, token);
      expect(told('revocation')).toEqual([{ event: 'revocation', outcome: 'confirmed', waitMs: DURATION }]);
      await until('renewed');
      expect(told('renewed')[0]).toEqual({ event: 'renewed', roundTripMs: DURATION });
      await until('instances');
      expect(told('instances').at(-1)).toEqual({ event: 'instances', trusted: 1, fenced: 0 });
      await one.dataSource.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND query LIKE '%latchkey_instance%' AND pid <> pg_backend_pid()`);
      await until('lost');
      expect(told('lost')[0]).toEqual({ event: 'lost', reason: expect.any(String) });
      await one.close();
    },
  );
});

describe('the received messages', () => {
  it('cover every channel', () => {
    expect([...heard.keys()].sort()).toEqual(NAMES);
  });

  it('have the members that docs/seams.md lists, and no others', () => {
    const documented = documentedChannels();
    expect([...documented.keys()].sort()).toEqual(NAMES);
    const members = NAMES.map((name) => [name, [...new Set(heard.get(name)?.flatMap(Object.keys))].sort()]);
    // Nothing in these tests fences an instance.
    const unheard = new Map([['latchkey:relay', ['instances']]]);
    expect(members).toEqual(
      NAMES.map((name) => [
        name,
        (documented.get(name) ?? []).filter((member) => !unheard.get(name)?.includes(member)).sort(),
      ]),
    );
  });

  it('contain no secret', () => {
    const text = JSON.stringify([...heard.values()]);
    expect(text).toContain('token.issued');
    for (const secret of [ADMIN.token, ADMIN.password, 'a guess', 'x'.repeat(43)]) expect(text).not.toContain(secret);
  });
});

onBothEngines('channels without a subscriber', (engine) => {
  it('are not published to, and no message is built', async () => {
    const unheard = countUnheard(NAMES);
    try {
      const server = await startServer(engine, { METRICS: 'false', SECURITY_LOG_LINES: '0' });
      const ask = (method: string, path: string, body?: string): Promise<Reply> =>
        send(server.baseUrl, method, path, { headers: AS_ADMIN, ...(body !== undefined && { body }) });
      await ask('GET', '/verify');
      await ask('GET', '/api/v1/users');
      await ask('POST', TOKENS, '{"name":"x"}');
      await ask('POST', LOGIN, JSON.stringify({ email: ADMIN.email, password: ADMIN.password }));
      await ask('POST', LOGIN, '{"email":"nobody@example.com","password":"wrong"}');
      await server.app.get(CleanupJob).run();
      const stream = await openStream(server.baseUrl, '/api/v1/users?subscribe', { 'Private-Token': ADMIN.token });
      await stream.line(0);
      stream.close();
      const { token } = await issueToken(servicesOf(server));
      await revoke(server, token);
      await server.dataSource.query('DROP TABLE "latchkey_membership"');
      await ask('GET', `/client/v4/accounts/${ACCOUNT.id}/members`);
      await server.close();
      expect([...unheard.counts]).toEqual([]);
    } finally {
      unheard.restore();
    }
  });
});
