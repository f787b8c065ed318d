/** Every token records its creator, whatever its kind and owner. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Token } from '../../src/core/index.js';
import { onBothEngines } from '../support/engines.js';
import { send, type Reply } from '../support/http.js';
import { ACCOUNT, ADMIN, startInMount, type TestServer } from '../support/test-server.js';

interface Login {
  readonly token: string;
}

onBothEngines('the creator of a token', (engine) => {
  let server: TestServer;
  let memberId: number;
  let memberToken: string;

  const call = async (method: string, path: string, body: unknown, token?: string): Promise<Reply> => {
    const auth = token === undefined ? {} : { 'Private-Token': token, Authorization: `Bearer ${token}` };
    const headers = { 'Content-Type': 'application/json', ...auth };
    const reply = await send(server.baseUrl, method, path, { headers, body: JSON.stringify(body) });
    expect([path, reply.status < 300 ? 'done' : reply.text]).toEqual([path, 'done']);
    return reply;
  };

  /** The creators of the tokens that came into being during some work, with the kind of each. */
  const created = async (work: () => Promise<unknown>): Promise<[kind: string, createdBy: string | null][]> => {
    const all = (): Promise<Token[]> => server.dataSource.getRepository(Token).find();
    const before = new Set((await all()).map(({ id }) => id));
    await work();
    return (await all()).filter(({ id }) => !before.has(id)).map(({ kind, createdBy }) => [kind, createdBy]);
  };

  const password = 'a password that is long';
  const email = 'member@example.com';

  beforeAll(async () => {
    server = await startInMount(engine);
    const user = { email, name: 'Member', password, approved: true };
    memberId = (await call('POST', '/api/v1/users', user, ADMIN.token)).json<{ id: number }>().id;
    const login = await call('POST', '/api/v1/users/login', { email, password });
    memberToken = login.json<Login>().token;
  });
  afterAll(() => server.close());

  it('is absent for what the server created at its first start', async () => {
    const [first] = await server.dataSource.getRepository(Token).find({ where: { label: 'First token' } });
    expect(first).toMatchObject({ kind: 'personal_token', createdBy: null });
  });

  it('is the calling user, for a token that belongs to an account', async () => {
    const path = `/client/v4/accounts/${ACCOUNT.id}/access/service_tokens`;
    expect(await created(() => call('POST', path, { name: 'by root' }, ADMIN.token))).toEqual([
      ['service_token', String(ADMIN.id)],
    ]);
  });

  it('is the administrator, and not the owner, for a token that they issue to another user', async () => {
    const path = `/api/v1/users/${String(memberId)}/access-tokens`;
    expect(await created(() => call('POST', path, { description: 'a gift' }, ADMIN.token))).toEqual([
      ['personal_token', String(ADMIN.id)],
    ]);
    expect(await created(() => call('POST', path, { description: 'their own' }, memberToken))).toEqual([
      ['personal_token', String(memberId)],
    ]);
  });

  it('is the user who signs in, for a login', async () => {
    const login = '/api/v1/users/login';
    const mine: [string, string] = ['session', String(memberId)];
    expect(await created(() => call('POST', login, { email, password }))).toEqual([mine]);
    expect(await created(() => call('POST', login, { token: memberToken }))).toEqual([mine]);
  });

  it('is the user behind the login, for a CRM access token', async () => {
    const credentials = { username: ADMIN.email, password: ADMIN.password, organisation: ACCOUNT.name };
    let token = '';
    const login = created(async () => {
      const reply = await call('POST', '/crmapi/rest/v2/authentication/token', credentials);
      token = reply.json<{ data: Login }>().data.token;
    });
    expect(await login).toEqual([['session', String(ADMIN.id)]]);
    const body = { token, identifier: 'a person', pass_code: 'Abcdefgh1234!' };
    expect(await created(() => call('POST', '/crmapi/rest/v2/access_tokens/create', body))).toEqual([
      ['access_token', String(ADMIN.id)],
    ]);
  });

  it('stays the same when another user rotates or changes the token', async () => {
    const path = `/client/v4/accounts/${ACCOUNT.id}/access/service_tokens`;
    const made = await call('POST', path, { name: 'kept' }, ADMIN.token);
    const { id } = made.json<{ result: { id: string } }>().result;
    const byId = (): Promise<Token | null> => server.dataSource.getRepository(Token).findOneBy({ id });
    const other = await call('POST', '/api/v1/users/login', { email, password });
    const { token } = other.json<Login>();
    await call('PATCH', `/api/v1/users/${String(memberId)}`, { admin: true }, ADMIN.token);
    await call('POST', `${path}/${id}/rotate`, {}, token);
    await call('PUT', `${path}/${id}`, { name: 'renamed' }, token);
    expect(await byId()).toMatchObject({ label: 'renamed', secretVersion: 2, createdBy: String(ADMIN.id) });
  });
});
