/** Lists of tokens: filters, orders, pages, and who sees what (docs/contracts/latchkey.md §1.5, §1.6, §2). */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Token } from '../../../src/core/index.js';
import { onBothEngines } from '../../support/engines.js';
import type { Reply } from '../../support/http.js';
import { ACCOUNT, startInMount, type TestServer } from '../../support/test-server.js';
import { ask, faultOf, problemOf } from './support.js';
import { newAccessToken, newAccount, newPerson, type ListBody, type Person, type WithSecret } from './tokens.js';

const DAY_MS = 86_400_000;
const T0 = Date.parse('2030-01-01T00:00:00Z');
const day = (n: number): Date => new Date(T0 + n * DAY_MS);
const time = (n: number): string => day(n).toISOString();

onBothEngines('lists of tokens', (engine) => {
  let server: TestServer;
  let account: string;
  const get = (path: string, headers?: Person['headers']): Promise<Reply> =>
    ask(server, 'GET', path, headers ? { headers } : {});
  const list = async (query: string, headers?: Person['headers']): Promise<ListBody> => {
    const reply = await get(`/tokens?${query}`, headers);
    expect([reply.status, reply.text]).toEqual([200, expect.any(String)]);
    return reply.json<ListBody>();
  };
  const names = async (query: string, headers?: Person['headers']): Promise<string[]> =>
    (await list(`account_id=${account}&${query}`, headers)).items.map(({ name }) => name);
  const create = async (name: string, columns: Partial<Token> = {}, to = account): Promise<string> => {
    const body = { kind: 'service_token', account_id: to, name, expires_at: null };
    const { token } = (await ask(server, 'POST', '/tokens', { body })).json<WithSecret>();
    if (Object.keys(columns).length > 0) await server.dataSource.manager.update(Token, { id: token.id }, columns);
    return token.id;
  };

  beforeAll(async () => {
    server = await startInMount(engine);
    account = await newAccount(server, 'Lists');
    server.clock.freeze(day(0));
    await create('Alpha', { createdAt: day(-5), expiresAt: day(3), lastSeenAt: day(-1) });
    await create('beta', { createdAt: day(-4), expiresAt: day(-1) });
    await create('Gamma ÉTÉ', { createdAt: day(-3), expiresAt: day(40), enabled: false, lastSeenAt: day(-40) });
    await create('delta', { createdAt: day(-2), expiresAt: day(9), lastSeenAt: day(-2) });
    const rotated = await create('epsilon', { createdAt: day(-1), expiresAt: day(20), lastSeenAt: day(-3) });
    await ask(server, 'POST', `/tokens/${rotated}/rotate`, { body: { overlap: '24h' } });
    await server.dataSource.manager.update(Token, { id: rotated }, { previousLastSeenAt: day(-0.5) });
  });
  afterAll(() => server.close());

  it.each<[string, string[]]>([
    ['', ['epsilon', 'delta', 'Gamma ÉTÉ', 'beta', 'Alpha']],
    ['sort=created_at', ['Alpha', 'beta', 'Gamma ÉTÉ', 'delta', 'epsilon']],
    ['sort=name', ['Alpha', 'beta', 'delta', 'epsilon', 'Gamma ÉTÉ']],
    ['sort=-name', ['Gamma ÉTÉ', 'epsilon', 'delta', 'beta', 'Alpha']],
    ['sort=expires_at', ['beta', 'Alpha', 'delta', 'epsilon', 'Gamma ÉTÉ']],
    ['sort=-last_used_at', ['Alpha', 'delta', 'epsilon', 'Gamma ÉTÉ', 'beta']],
    ['state=active&sort=name', ['Alpha', 'delta', 'epsilon']],
    ['state=expired,disabled&sort=name', ['beta', 'Gamma ÉTÉ']],
    ['state=expired&state=disabled&sort=name', ['beta', 'Gamma ÉTÉ']],
    [`expires_before=${time(10)}&sort=name`, ['Alpha', 'beta', 'delta']],
    [`expires_after=${time(0)}&expires_before=${time(10)}&sort=name`, ['Alpha', 'delta']],
    [`unused_since=${time(-30)}&sort=name`, ['beta', 'Gamma ÉTÉ']],
    ['overlap=running', ['epsilon']],
    [`old_secret_used_since=${time(-1)}`, ['epsilon']],
    [`old_secret_used_since=${time(0)}`, []],
    ['q=ALPH', ['Alpha']],
    ['q=t%C3%A9', ['Gamma ÉTÉ']],
    ['q=T%C3%89', ['Gamma ÉTÉ']],
    ['q=%25', []],
    ['q=_', []],
    ['kind=personal_token', []],
    ['kind=service_token&q=lta&sort=name&state=active', ['delta']],
    ['created_by=1000&sort=name', ['Alpha', 'beta', 'delta', 'epsilon', 'Gamma ÉTÉ']],
    ['created_by=1001', []],
  ])('with "%s"', async (query, expected) => {
    expect(await names(query)).toEqual(expected);
  });

  it.each(['created_at', '-created_at', 'name', '-name', 'expires_at', '-expires_at', 'last_used_at', '-last_used_at'])(
    'in pages by %s have every token once, in order',
    async (sort) => {
      const whole = await names(`sort=${sort}`);
      const found: string[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const page: ListBody = await list(`account_id=${account}&sort=${sort}&limit=2&cursor=${cursor}`);
        found.push(...page.items.map(({ name }) => name));
        cursor = page.next_cursor;
      }
      expect(found).toEqual(whole);
    },
  );

  it('of all owners follow each other in the same way', async () => {
    for (const sort of ['-created_at', 'name']) {
      const whole = (await list(`sort=${sort}&limit=200`)).items.map(({ id }) => id);
      const first = await list(`sort=${sort}&limit=3`);
      const second = await list(
        `sort=${sort}&limit=200&cursor=${first.next_cursor ?? ''}`.replace('limit=200', 'limit=3'),
      );
      expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(whole.slice(0, 6));
    }
  });

  it('are counted on request', async () => {
    expect((await list(`account_id=${account}`)).total).toBe(null);
    expect((await list(`account_id=${account}&total=true&limit=1`)).total).toBe(5);
    expect((await list(`account_id=${account}&total=true&state=active`)).total).toBe(3);
  });

  it('are found by the client id, but not by a code that admits', async () => {
    const [first] = (await list(`account_id=${account}&sort=name`)).items as unknown as { client_id: string }[];
    expect(await names(`q=${first?.client_id.toUpperCase() ?? ''}`)).toEqual(['Alpha']);
    const { code } = await newAccessToken(server);
    expect((await list(`q=${code}`)).items).toEqual([]);
    expect((await list('kind=access_token')).items).toHaveLength(1);
  });

  it.each<[string, string]>([
    ['limit=0', 'limit'],
    ['limit=201', 'limit'],
    ['limit=x', 'limit'],
    ['limit=1&limit=2', 'limit'],
    ['sort=colour', 'sort'],
    ['state=lost', 'state'],
    ['kind=lost', 'kind'],
    ['expires_before=yesterday', 'expires_before'],
    ['owner_id=x', 'owner_id'],
    ['created_by=0', 'created_by'],
    ['overlap=ended', 'overlap'],
    ['total=yes', 'total'],
    ['q=%00', 'q'],
    ['cursor=x', 'cursor'],
    ['expired_before=2030-01-01T00:00:00Z', 'expired_before'],
  ])('refuse "%s"', async (query, fault) => {
    const reply = await get(`/tokens?${query}`);
    expect([reply.status, faultOf(reply)]).toEqual([400, fault]);
  });

  it('refuse a cursor of another list, or of another version', async () => {
    const { next_cursor: cursor } = await list('limit=1');
    expect(faultOf(await get(`/tokens?limit=1&sort=name&cursor=${cursor ?? ''}`))).toBe('cursor');
    const old = Buffer.from('[0,"x",1,"y"]').toString('base64url');
    expect(problemOf(await get(`/tokens?cursor=${old}`)).slice(0, 2)).toEqual(['gone', 410]);
  });

  it('are exported as CSV, with the same filters', async () => {
    await create('=1+1', {});
    const reply = await get(`/tokens/export.csv?account_id=${account}&state=active`);
    expect(reply.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(reply.headers['content-disposition']).toBe('attachment; filename="tokens.csv"');
    const lines = reply.text.split('\r\n');
    expect(lines[0]).toMatch(/^id,kind,name,account_id,account_name,/);
    expect(lines.slice(1, -1).map((line) => line.split(',')[2])).toEqual(['Alpha', 'delta', 'epsilon', "'=1+1"]);
    expect((await get('/tokens/export.csv?account_id=x')).text.split('\r\n')).toHaveLength(2);
  });

  describe('by people', () => {
    let administrator: Person;
    let reader: Person;
    let stranger: Person;
    let tokenId: string;

    beforeAll(async () => {
      administrator = await newPerson(server, { [account]: 'administrator' });
      reader = await newPerson(server, { [account]: 'read_only' });
      stranger = await newPerson(server);
      tokenId = await create('Theirs');
      await create('Of others', {}, ACCOUNT.id);
    });

    it('have what each may see: their own, and those of their accounts', async () => {
      const seen = async ({ headers }: Person): Promise<string[]> =>
        (await list('limit=200', headers)).items.map(({ name }) => name);
      for (const person of [administrator, reader]) {
        const all = await seen(person);
        expect(all).toEqual(expect.arrayContaining(['Theirs', 'Alpha', `Token of ${person.email}`]));
        expect(all).not.toContain('Of others');
        expect(all).not.toContain(`Token of ${stranger.email}`);
        expect((await list('limit=200&sort=name', person.headers)).items).toHaveLength(all.length);
        expect((await list('total=true', person.headers)).total).toBe(all.length);
      }
      expect(await seen(stranger)).toEqual([`Token of ${stranger.email}`]);
      expect(await names('', stranger.headers)).toEqual([]);
      expect((await list(`owner_id=${reader.id}`, administrator.headers)).items).toEqual([]);
      expect((await list(`created_by=1000&limit=200`, stranger.headers)).items).toHaveLength(1);
      expect((await list(`owner_id=${reader.id}`)).items).toHaveLength(1);
      const csv = await get('/tokens/export.csv', stranger.headers);
      expect(csv.text.split('\r\n')).toHaveLength(3);
    });

    it('show nobody whom one may not see', async () => {
      const [token] = (await list(`account_id=${account}&q=Theirs`, reader.headers)).items;
      expect(token?.created_by).toEqual({ id: '1000', name: null, email: null });
      const [own] = (await list(`account_id=${account}&q=Theirs`)).items;
      expect(own?.created_by).toMatchObject({ name: 'Administrator' });
    });

    it('say what each may do', async () => {
      const permissions = async ({ headers }: Person): Promise<readonly string[] | undefined> =>
        (await list(`account_id=${account}&q=Theirs`, headers)).items[0]?.permissions;
      expect(await permissions(administrator)).toContain('rotate');
      expect(await permissions(reader)).toEqual([]);
    });

    it.each<[method: string, path: string, body: object | undefined]>([
      ['PATCH', '', { name: 'Theirs' }],
      ['POST', '/rotate', {}],
      ['POST', '/renew', {}],
      ['POST', '/overlap/end', undefined],
      ['PATCH', '/overlap', { ends_at: '2099-01-01T00:00:00Z' }],
      ['DELETE', '', undefined],
    ])('%s %s is refused to those who only see, and hidden from others', async (method, path, body) => {
      const outcome = async ({ headers }: Person): Promise<unknown> =>
        problemOf(await ask(server, method, `/tokens/${tokenId}${path}`, { headers, body })).slice(0, 2);
      expect(await outcome(reader)).toEqual(['forbidden', 403]);
      expect(await outcome(stranger)).toEqual(['not-found', 404]);
    });

    it('are created by those who may', async () => {
      const body = { kind: 'service_token', account_id: account, name: 'Made' };
      const made = async ({ headers }: Person, given: object = body): Promise<number> =>
        (await ask(server, 'POST', '/tokens', { headers, body: given })).status;
      expect(await made(administrator)).toBe(201);
      expect(await made(reader)).toBe(403);
      expect(await made(stranger)).toBe(400);
      const personal = { kind: 'personal_token', name: 'Made' };
      for (const person of [administrator, reader, stranger]) expect(await made(person, personal)).toBe(201);
      expect(await made(administrator, { ...personal, owner_id: reader.id })).toBe(403);
    });

    it('of members are hidden from administrators of the account', async () => {
      const [own] = (await list('kind=personal_token', reader.headers)).items;
      const path = `/tokens/${own?.id ?? ''}`;
      expect((await get(path, administrator.headers)).status).toBe(404);
      expect((await get(path, reader.headers)).status).toBe(200);
      expect((await get(path)).status).toBe(200);
    });
  });
});
