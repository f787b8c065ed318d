/** The id of a request: in its answer, in the audit log and in the log, whatever the outcome. */
import { Logger, type LoggerService } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AuditRecord } from '../../src/core/index.js';
import { onBothEngines } from '../support/engines.js';
import { send, sendBytes, type Call, type Reply } from '../support/http.js';
import { ACCOUNT, ADMIN, startInMount, startServer, type TestServer } from '../support/test-server.js';

const ID = 'x-request-id';
const NEW_ID = /^[0-9a-f]{32}$/;
const AS_ADMIN = { Authorization: `Bearer ${ADMIN.token}`, 'Private-Token': ADMIN.token };
const TOKENS = `/client/v4/accounts/${ACCOUNT.id}/access/service_tokens`;
const LOGIN = '/api/v1/users/login';

/** One answer of each kind, for each API: the request, and the status of the answer. */
const ANSWERS: [what: string, status: number, method: string, path: string, call?: Call][] = [
  ['a list', 200, 'GET', TOKENS, { headers: AS_ADMIN }],
  ['a creation', 201, 'POST', TOKENS, { headers: AS_ADMIN, body: '{"name":"x"}' }],
  ['no credential', 401, 'GET', '/api/v1/users'],
  ['a path without a route', 404, 'GET', '/api/v1/nothing'],
  ['a method without a route', 405, 'PUT', LOGIN],
  ['an address that cannot be decoded', 400, 'GET', '/api/v1/users/%ff'],
  ['a body that is not JSON', 400, 'POST', LOGIN, { body: '{' }],
  ['a body that is too large', 413, 'POST', LOGIN, { body: 'x'.repeat(300 * 1024) }],
  ['an error that is sent as a success', 200, 'POST', '/crmapi/rest/v2/access_tokens/list', { body: '{"token":"x"}' }],
  ['an unauthenticated caller of OAuth', 401, 'POST', '/oauth2/introspect', { body: 'token=x' }],
  ['/verify without a credential', 401, 'GET', '/verify'],
  ['/verify with an invalid token', 401, 'GET', '/verify', { headers: { 'Private-Token': 'x' } }],
  ['/verify with an accepted token', 200, 'GET', '/verify', { headers: { 'Private-Token': ADMIN.token } }],
  [
    '/verify with a token of another kind',
    403,
    'GET',
    '/verify?kind=session',
    { headers: { 'Private-Token': ADMIN.token } },
  ],
  ['/verify with an invalid rule', 400, 'GET', '/verify?unknown=1'],
];

onBothEngines('the id of a request', (engine) => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startInMount(engine);
  });
  afterAll(() => server.close());

  const ask = (method: string, path: string, { headers = {}, body }: Call = {}, id?: string): Promise<Reply> =>
    send(server.baseUrl, method, path, {
      headers: { ...(headers as Record<string, string>), ...(id !== undefined && { 'X-Request-Id': id }) },
      ...(body !== undefined && { body }),
    });

  describe.each(ANSWERS)('for %s', (_what, status, method, path, call) => {
    it('is the one that the client sent', async () => {
      const reply = await ask(method, path, call, 'client_7.a-B');
      expect([reply.status, reply.headers[ID]]).toEqual([status, 'client_7.a-B']);
    });

    it('is a new one each time if the client sent none', async () => {
      const [one, other] = [await ask(method, path, call), await ask(method, path, call)];
      expect([one.status, one.headers[ID]]).toEqual([status, expect.stringMatching(NEW_ID)]);
      expect([other.status, other.headers[ID]]).toEqual([status, expect.stringMatching(NEW_ID)]);
      expect(other.headers[ID]).not.toBe(one.headers[ID]);
    });
  });

  describe.each(['/verify', '/api/v1/server-info'])('with a traceparent at %s', (path) => {
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
    const idFor = async (traceparent: string, id?: string): Promise<unknown> =>
      (await ask('GET', path, { headers: { traceparent } }, id)).headers[ID];

    it('is the id of the trace, unless the client sent an id', async () => {
      expect(await idFor(`00-${trace}-00f067aa0ba902b7-01`)).toBe(trace);
      expect(await idFor(`01-${trace}-00f067aa0ba902b7-01-more`)).toBe(trace);
      expect(await idFor(`00-${trace}-00f067aa0ba902b7-01`, 'mine')).toBe('mine');
    });

    it.each([
      `ff-${trace}-00f067aa0ba902b7-01`,
      `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
      `00-${trace}-${'0'.repeat(16)}-01`,
      `00-${trace.toUpperCase()}-00f067aa0ba902b7-01`,
      `00-${trace}-00f067aa0ba902b7`,
      `00-${trace}<script>-00f067aa0ba902b7-01`,
      'x'.repeat(1000),
    ])('is a new one for an invalid value (%s)', async (traceparent) => {
      const id = await idFor(traceparent);
      expect(id).toMatch(NEW_ID);
      expect(id).not.toBe(trace);
    });
  });

  it.each(['/verify', '/api/v1/server-info'])('may have 128 characters at %s', async (path) => {
    const id = 'a'.repeat(128);
    expect((await ask('GET', path, {}, id)).headers[ID]).toBe(id);
  });

  it.each([
    ['is too long', ['a'.repeat(129)]],
    ['is empty', ['']],
    ['has a space', ['a b']],
    ['has a quote', ['a"b']],
    ['has a comma', ['a,b']],
    ['has a character beyond ASCII', ['é']],
    ['is there twice', ['one', 'two']],
  ])('is a new one if the one that was sent %s', async (_what, ids) => {
    for (const path of ['/verify', '/api/v1/server-info']) {
      const headers = ids.flatMap((id) => ['X-Request-Id', id]);
      const reply = await send(server.baseUrl, 'GET', path, { headers });
      expect([path, reply.headers[ID]]).toEqual([path, expect.stringMatching(NEW_ID)]);
    }
  });

  describe('in the audit log', () => {
    const rowsOf = (requestId: string): Promise<AuditRecord[]> =>
      server.dataSource.getRepository(AuditRecord).find({ where: { requestId }, order: { id: 'ASC' } });

    it('is in every row of the request', async () => {
      const body = JSON.stringify({ email: ADMIN.email, password: ADMIN.password });
      await ask('POST', LOGIN, { body }, 'a-login');
      expect((await rowsOf('a-login')).map(({ action }) => action)).toEqual(['user.logged_in']);
    });

    it('is in the row of a failed login', async () => {
      await ask('POST', LOGIN, { body: '{"email":"nobody@example.com","password":"wrong"}' }, 'a-failure');
      expect(await rowsOf('a-failure')).toMatchObject([{ action: 'user.login_failed', ipAddress: '127.0.0.1' }]);
    });

    it('is the same as in the answer if the server made it', async () => {
      const reply = await ask('POST', TOKENS, { headers: AS_ADMIN, body: '{"name":"made"}' });
      expect(await rowsOf(String(reply.headers[ID]))).toMatchObject([{ action: 'token.issued', targetName: 'made' }]);
    });

    it('is each request’s own when many are committed together', async () => {
      const names = Array.from({ length: 40 }, (_, at) => `at-once-${String(at)}`);
      const create = (name: string): Promise<Reply> =>
        ask('POST', TOKENS, { headers: AS_ADMIN, body: JSON.stringify({ name }) }, name);
      await Promise.all(names.map(create));
      const rows = await Promise.all(names.map(rowsOf));
      expect(rows.map((found) => found.map(({ targetName }) => targetName))).toEqual(names.map((name) => [name]));
    });

    it('is absent for changes without a request', async () => {
      const [first] = await server.dataSource.getRepository(AuditRecord).find({ order: { id: 'ASC' }, take: 1 });
      expect(first).toMatchObject({ requestId: null });
    });
  });
});

describe('the id of a request to the standalone server', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer('sqlite');
  });
  afterAll(() => server.close());

  it.each(['/health/live', '/health/ready', '/docs/crm.json', '/nothing', '/'])(
    'is in the answer of %s',
    async (path) => {
      const reply = await send(server.baseUrl, 'GET', path, { headers: { 'X-Request-Id': 'mine' } });
      expect(reply.headers[ID]).toBe('mine');
    },
  );

  it('is a new one if the request is not valid HTTP', async () => {
    const reply = await sendBytes(server.baseUrl, 'this is no HTTP\r\n\r\n');
    expect([reply.status, reply.headers[ID]]).toEqual([400, expect.stringMatching(NEW_ID)]);
  });

  it('is in the log line of an unexpected error', async () => {
    const lines: string[] = [];
    const ignore = (): void => undefined;
    const log: LoggerService = { log: ignore, warn: ignore, error: (message: unknown) => lines.push(String(message)) };
    server.app.useLogger(log);
    const broken = await startServer('sqlite');
    await broken.dataSource.query('DROP TABLE "latchkey_membership"');
    broken.app.useLogger(log);
    const path = `/client/v4/accounts/${ACCOUNT.id}/members`;
    const reply = await send(broken.baseUrl, 'GET', path, { headers: { ...AS_ADMIN, 'X-Request-Id': 'the-cause' } });
    expect([reply.status, reply.headers[ID]]).toEqual([500, 'the-cause']);
    expect(lines).toEqual([expect.stringMatching(/^request the-cause: .*no such table: latchkey_membership/)]);
    Logger.overrideLogger(false);
    await broken.close();
  });
});
