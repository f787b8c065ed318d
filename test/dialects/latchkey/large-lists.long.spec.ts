/** Lists of 100,000 tokens: pages in the order of age follow an index, and what looks at every token takes few statements. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { onBothEngines } from '../../support/engines.js';
import { send } from '../../support/http.js';
import { MEMBER_OF_MANY, addMany } from '../../support/many-rows.js';
import { watchQueries } from '../../support/queries.js';
import { ACCOUNT, startServer, type TestServer } from '../../support/test-server.js';
import { AS_ADMIN, ask, bearer } from './support.js';

jest.setTimeout(600_000);

/** Of each of three kinds. */
const MANY = 34_000;

/** Much more than any of these takes, also on a machine with other processes. */
const BOUND_MS = 15_000;

/** SQLite is asked for at most 8,000 rows at a time, and for at least 500 on a slow machine. */
const STATEMENTS = { sqlite: (2 * 3 * MANY) / 500 + 60, postgres: 40 };

interface Statement {
  readonly query: string;
  readonly parameters: readonly unknown[];
}

const BY_INDEX = [
  '',
  'sort=created_at',
  'limit=200',
  'created_by=1000',
  `account_id=${ACCOUNT.id}`,
  'q=token',
  'state=active',
];

const SCANS = [
  'q=nowhere',
  'q=n%C3%B6where&total=true',
  'q=example.com',
  'q=account&sort=name',
  'sort=name',
  'sort=-name',
  'sort=expires_at',
  'sort=-expires_at',
  'sort=last_used_at&state=disabled',
  'sort=-last_used_at',
  'expires_before=2001-01-01T00:00:00Z',
  'overlap=running',
  'old_secret_used_since=2001-01-01T00:00:00Z',
  'scope=nothing',
  'kind=access_token&state=expired',
  `account_id=${ACCOUNT.id}&q=nowhere&sort=-name`,
  'created_by=1000&q=nowhere',
  'created_by=1001',
  'total=true',
];

onBothEngines('with 100,000 tokens', (engine) => {
  let server: TestServer;
  const callers = new Map<string, Record<string, string>>([['administrator of the server', AS_ADMIN]]);

  beforeAll(async () => {
    server = await startServer(engine, { SEARCHES_PER_USER: '100' });
    await addMany(server, MANY);
    await server.dataSource.query('ANALYZE');
    callers.set('member of 34,000 accounts', await loginOf(MEMBER_OF_MANY));
    callers.set('member of the large account', await loginOf('many-1@example.com'));
  });
  afterAll(() => server.close());

  async function loginOf(email: string): Promise<Record<string, string>> {
    const found = await ask(server, 'GET', `/users?q=${email}`);
    const [user] = found.json<{ items: { id: string }[] }>().items;
    const password = 'battery staple';
    await ask(server, 'POST', `/users/${user?.id ?? ''}/password`, { body: { password } });
    const login = await send(server.baseUrl, 'POST', '/api/v1/users/login', {
      body: JSON.stringify({ email, password }),
    });
    return bearer(login.json<{ token: string }>().token);
  }

  /** The statements on tokens that a call takes. */
  async function statementsOf(work: () => Promise<unknown>): Promise<Statement[]> {
    const watch = watchQueries(server.dataSource);
    const began = performance.now();
    try {
      await work();
    } finally {
      watch.stop();
    }
    expect(performance.now() - began).toBeLessThan(BOUND_MS);
    return watch.queries.filter(({ query }) => query.includes('FROM "latchkey_token"'));
  }

  async function get(path: string, headers?: Record<string, string>): Promise<void> {
    const reply = await ask(server, 'GET', path, headers && { headers });
    expect([path, reply.status, reply.text]).toEqual([path, 200, expect.any(String)]);
  }

  /** How the engine finds the rows of a statement. */
  async function planOf({ query, parameters }: Statement): Promise<string> {
    const explain = engine === 'postgres' ? 'EXPLAIN' : 'EXPLAIN QUERY PLAN';
    const rows = await server.dataSource.query<object[]>(`${explain} ${query}`, [...parameters]);
    return rows.map((row) => JSON.stringify(row)).join('\n');
  }

  it.each(BY_INDEX)('a page of "%s" goes through no more than an index has in order', async (query) => {
    const statements = await statementsOf(() => get(`/tokens?${query}`));
    expect(statements.length).toBeLessThanOrEqual(12);
    for (const statement of statements) {
      const plan = await planOf(statement);
      expect([statement.query, plan]).not.toEqual([
        statement.query,
        expect.stringMatching(/Seq Scan on latchkey_token/),
      ]);
      expect([statement.query, plan]).not.toEqual([statement.query, expect.stringMatching(/SCAN \w+"|TEMP B-TREE/)]);
    }
  });

  it('the last page takes no more than the first', async () => {
    const path = `/tokens?limit=1&sort=created_at`;
    const first = (await ask(server, 'GET', path)).json<{ next_cursor: string }>();
    const last = (await ask(server, 'GET', '/tokens?limit=1')).json<{ items: { id: string; created_at: string }[] }>();
    expect(first.next_cursor).not.toBe(null);
    expect(last.items).toHaveLength(1);
    // The place of the token before the last one, in the cursor of the same list.
    const [version, digest] = JSON.parse(Buffer.from(first.next_cursor, 'base64url').toString()) as unknown[];
    const place = [version, digest, Date.parse(last.items[0]?.created_at ?? '') - 1, ''];
    const cursor = Buffer.from(JSON.stringify(place)).toString('base64url');
    const statements = await statementsOf(() => get(`${path}&cursor=${cursor}`));
    expect(statements.length).toBeLessThanOrEqual(6);
    for (const statement of statements)
      expect(await planOf(statement)).not.toMatch(/Seq Scan on latchkey_token|SCAN \w+"/);
  });

  describe.each(['administrator of the server', 'member of 34,000 accounts', 'member of the large account'])(
    'for an %s',
    (name) => {
      it.each(SCANS)('"%s" takes a bounded number of statements', async (query) => {
        const statements = await statementsOf(() => get(`/tokens?${query}`, callers.get(name)));
        expect(statements.length).toBeLessThanOrEqual(STATEMENTS[engine]);
      });

      it.each([
        '/users?q=nowhere',
        '/users?sort=-last_login_at',
        '/accounts?q=nowhere',
        '/audit?q=nowhere',
        '/stats',
        '/me',
      ])('%s answers in time', async (path) => {
        await statementsOf(() => get(path, callers.get(name)));
      });
    },
  );

  it('refuses a bulk action on more than 10,000 tokens before it changes any, and tries one on fewer', async () => {
    const bulk = async (filter: object): Promise<number> =>
      (await ask(server, 'POST', '/tokens/bulk', { body: { action: 'disable', filter, dry_run: true } })).status;
    const statements = await statementsOf(async () => {
      expect(await bulk({ q: 'token' })).toBe(400);
      expect(await bulk({ q: 'token 99' })).toBe(200);
    });
    expect(statements.length).toBeLessThanOrEqual(1000);
  });
});
