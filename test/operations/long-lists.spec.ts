/** Every route that lists any number of rows: small slices in turns, the same bytes as a short answer, and a limit per user. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LongReads } from '../../src/core/index.js';
import { User } from '../../src/identity/index.js';
import { onBothEngines } from '../support/engines.js';
import { send, type Call, type Reply } from '../support/http.js';
import { MEMBER_OF_MANY, addMany } from '../support/many-rows.js';
import { watchQueries } from '../support/queries.js';
import { RawConnection } from '../support/raw-connection.js';
import { ACCOUNT, ADMIN, startServer, type TestServer } from '../support/test-server.js';
import { countTurns } from '../support/turns.js';

/** Several slices. */
const MANY = 1250;

const TOKENS = `/client/v4/accounts/${ACCOUNT.id}/access/service_tokens`;
const AS_ADMIN = { Authorization: `Bearer ${ADMIN.token}`, 'Private-Token': ADMIN.token };

interface Route {
  readonly name: string;
  /** The path, with `TOKEN` for a login token of CRM. */
  readonly path: string;
  /** How many rows it lists. */
  readonly rows: number;
  /** Where the rows are in the answer. */
  readonly list: (body: never) => readonly unknown[];
  /** Whether it is limited per user, and not a page. */
  readonly isLong: boolean;
}

const ofResult = ({ result }: { result: unknown[] }): unknown[] => result;
const ofData = ({ data }: { data: unknown[] }): unknown[] => data;
const itself = (list: unknown[]): unknown[] => list;

const cloudflare = (name: string, path: string, rows: number, isLong = true): Route => ({
  name,
  path,
  rows,
  list: ofResult,
  isLong,
});
const canvus = (name: string, path: string, rows: number, isLong = true): Route => ({
  name,
  path: `/api/v1${path}`,
  rows,
  list: itself,
  isLong,
});
const crm = (name: string, query: string, rows: number, isLong = true): Route => ({
  name,
  path: `/crmapi/rest/v2/access_tokens/list?token=TOKEN&${query}`,
  rows,
  list: ofData,
  isLong,
});

const ROUTES: readonly Route[] = [
  cloudflare('service tokens', TOKENS, MANY),
  cloudflare('service tokens found', `${TOKENS}?search=token`, MANY),
  cloudflare('a page of service tokens', `${TOKENS}?page=1&per_page=1000`, 1000, false),
  cloudflare('a later page of service tokens found', `${TOKENS}?page=2&per_page=1000&search=TOKEN`, 250, false),
  cloudflare('members', `/client/v4/accounts/${ACCOUNT.id}/members`, MANY + 1),
  cloudflare('a page of members', `/client/v4/accounts/${ACCOUNT.id}/members?per_page=1000`, 1000, false),
  cloudflare('accounts', '/client/v4/accounts', MANY + 1),
  cloudflare('a page of accounts', '/client/v4/accounts?per_page=1000&direction=desc', 1000, false),
  canvus('users', '/users', MANY + 1),
  canvus('access tokens', '/users/1000/access-tokens', MANY + 1),
  canvus('a page of the audit log', '/audit-log?per_page=1000', 1000, false),
  canvus('the audit log of a time', '/audit-log?per_page=1000&created_before=2024-01-01', 1000, false),
  crm('access tokens of an organisation', 'number=100000', MANY),
  crm('those in a state', 'number=100000&life_cycle_state=EFFECTIVE', MANY / 2),
  crm('a page of them', 'number=1000&offset=100', 1000, false),
];

const EXPORT = '/api/v1/audit-log/export-csv';

onBothEngines('a long list', (engine) => {
  let server: TestServer;
  let login: string;

  beforeAll(async () => {
    server = await startServer(engine, { LONG_LISTS_PER_USER: '1' });
    await addMany(server, MANY);
    const body = JSON.stringify({ username: ADMIN.email, password: ADMIN.password, organisation: ACCOUNT.name });
    const reply = await send(server.baseUrl, 'POST', '/crmapi/rest/v2/authentication/token', { body });
    login = reply.json<{ data: { token: string } }>().data.token;
  });
  afterAll(() => server.close());

  const ask = (path: string, method = 'GET', call: Call = {}): Promise<Reply> =>
    send(server.baseUrl, method, path.replace('TOKEN&', `${login}&`), { headers: AS_ADMIN, ...call });

  describe.each(ROUTES)('$name', ({ path, rows, list, isLong }) => {
    it('has all rows, once each', async () => {
      const reply = await ask(path);
      expect(reply.status).toBe(200);
      expect(reply.headers['content-type']).toBe('application/json; charset=utf-8');
      const found = list(reply.json<never>());
      expect(found).toHaveLength(rows);
      expect(new Set(found.map((each) => JSON.stringify(each))).size).toBe(rows);
      // The same bytes as for one JSON value.
      expect(reply.text).toBe(JSON.stringify(reply.json()));
    });

    it('is read in small slices, at most one per turn of the event loop', async () => {
      const watch = watchQueries(server.dataSource);
      const turns = countTurns();
      const readAt: number[] = [];
      const { logger } = server.dataSource;
      const log = logger.logQuery.bind(logger);
      logger.logQuery = (query, parameters) => {
        if (/ LIMIT (\d{2,})/.test(query)) readAt.push(turns.now());
        log(query, parameters);
      };
      await ask(path);
      turns.stop();
      watch.stop();
      expect(readAt.length).toBeGreaterThanOrEqual(rows / 200);
      // PostgreSQL answers between turns, so that two of its statements may begin next to each other.
      const leastTurns = engine === 'sqlite' ? readAt.length : readAt.length / 2;
      expect(new Set(readAt).size).toBeGreaterThanOrEqual(leastTurns);
      for (const { query } of watch.queries) {
        const [, limit = '1'] = / LIMIT (\d+)/.exec(query) ?? [];
        expect(Number(limit)).toBeLessThanOrEqual(201);
      }
    });

    it('answers a HEAD without a body', async () => {
      const { status, text, headers } = await ask(path, 'HEAD');
      expect([status, text, headers['content-type']]).toEqual([200, '', 'application/json; charset=utf-8']);
    });

    it(isLong ? 'is refused while the user has another one open' : 'is not refused, because it is a page', async () => {
      const reply = await whileOneIsOpen(() => ask(path));
      if (!isLong) {
        expect(list(reply.json<never>())).toHaveLength(rows);
        return;
      }
      expect(reply.text).toContain('LONG_LISTS_PER_USER');
      expect(reply.headers['retry-after']).toBe('5');
      expect(reply.status).toBe(path.startsWith('/crmapi') ? 200 : 429);
      expect((await ask(path)).text.length).toBeGreaterThan(rows * 50);
    });
  });

  it('as CSV is read in small slices, and refused while the user has another one open', async () => {
    const watch = watchQueries(server.dataSource);
    const reply = await ask(EXPORT);
    watch.stop();
    expect(reply.text.split('\r\n').length).toBeGreaterThan(MANY);
    expect(watch.count(/ LIMIT 200/)).toBeGreaterThanOrEqual(MANY / 200);
    const refused = await whileOneIsOpen(() => ask(EXPORT));
    expect(refused.json()).toMatchObject({ msg: expect.stringContaining('LONG_LISTS_PER_USER') });
  });

  it('of a member of more accounts than a statement names is theirs', async () => {
    const [account] = await server.dataSource.query<{ id: string }[]>(
      `SELECT account_id AS id FROM latchkey_membership WHERE role = 'administrator' AND account_id <> '${ACCOUNT.id}'`,
    );
    await server.dataSource.query(
      `UPDATE latchkey_token SET account_id = '${account?.id ?? ''}'
       WHERE kind = 'service_token' AND label IN ('token 7', 'token 8')`,
    );
    await server.dataSource.query(`UPDATE latchkey_audit SET account_id = '${account?.id ?? ''}' WHERE id % 20 = 0`);
    const member = await memberOfMany();
    const seen = async (path: string): Promise<{ items: { account: { id: string } | null }[] }> => {
      const reply = await ask(`/latchkey/v1${path}`, 'GET', { headers: member });
      expect(reply.status).toBe(200);
      return reply.json();
    };
    const accountsOf = async (path: string): Promise<unknown[]> =>
      (await seen(path)).items.flatMap((item) => item.account?.id ?? []);
    expect((await seen('/accounts?limit=200')).items).toHaveLength(200);
    expect(await accountsOf('/tokens?kind=service_token&sort=created_at')).toContain(account?.id);
    expect(await accountsOf('/tokens?created_by=1000&sort=created_at')).toContain(account?.id);
    expect(await accountsOf(`/tokens?account_id=${account?.id ?? ''}`)).toEqual([account?.id, account?.id]);
    expect(new Set(await accountsOf('/audit'))).toContain(account?.id);
    expect(await seen('/stats')).toMatchObject({ accounts: MANY + 1 });
    const csv = await ask('/latchkey/v1/audit/export.csv', 'GET', { headers: member });
    expect(csv.text).toContain(account?.id);
  });

  it('of one batch has a Content-Length', async () => {
    for (const path of [
      `${TOKENS}?name=token%201`,
      '/client/v4/accounts?name=Acme',
      '/crmapi/rest/v2/access_tokens/list?token=TOKEN&number=1',
    ]) {
      const reply = await ask(path);
      expect(reply.headers['content-length']).toBe(String(Buffer.byteLength(reply.text)));
      expect((await ask(path, 'HEAD')).headers['content-length']).toBe(reply.headers['content-length']);
    }
  });

  it('does not count any more once its client has disconnected', async () => {
    for (let time = 0; time < 3; time += 1) {
      const head = `GET ${EXPORT} HTTP/1.1\r\nHost: x\r\nPrivate-Token: ${ADMIN.token}\r\n\r\n`;
      const raw = new RawConnection(server.baseUrl, head, true);
      await raw.until(() => raw.text !== '');
      raw.close();
      await raw.ended;
      let reply = await ask(EXPORT);
      // The server notices it a moment later.
      for (let again = 0; again < 200 && reply.status === 429; again += 1) reply = await ask(EXPORT);
      expect(reply.status).toBe(200);
    }
  });

  /** The headers of a login of theirs. */
  async function memberOfMany(): Promise<Record<string, string>> {
    const [user] = await server.dataSource.query<{ id: number }[]>(
      `SELECT id FROM latchkey_user WHERE email = '${MEMBER_OF_MANY}'`,
    );
    const password = 'battery staple';
    const path = `/latchkey/v1/users/${String(user?.id)}/password`;
    await ask(path, 'POST', { body: JSON.stringify({ password }) });
    const body = JSON.stringify({ email: MEMBER_OF_MANY, password });
    const login = await ask('/api/v1/users/login', 'POST', { headers: {}, body });
    return { Authorization: `Bearer ${login.json<{ token: string }>().token}` };
  }

  /** Sends a request while the administrator has begun to read a list and paused. */
  async function whileOneIsOpen(work: () => Promise<Reply>): Promise<Reply> {
    const batches = server.app.get(LongReads).batches(ADMIN.id, { entity: User, order: ['id'] });
    for (const _batch of [1, 2]) await batches.next();
    try {
      return await work();
    } finally {
      await batches.return();
    }
  }
});
