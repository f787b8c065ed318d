/** Tokens with scopes: how they are given, and that nobody gets further than their own (docs/decisions/0061). */
import { beforeAll, expect, it } from '@jest/globals';
import { AuditRecord, Token } from '../../../src/core/index.js';
import { onBothEngines } from '../../support/engines.js';
import { send, type Reply } from '../../support/http.js';
import { ACCOUNT, ADMIN, startInMount, type TestServer } from '../../support/test-server.js';
import { ask, bearer, faultOf, problemOf } from './support.js';
import { newAccessToken, newPerson, type ListBody, type WithSecret } from './tokens.js';

const CI = { kind: 'service_token', account_id: ACCOUNT.id, name: 'CI' };
const LAPTOP = { kind: 'personal_token', name: 'Laptop' };

interface Scoped extends WithSecret {
  readonly token: WithSecret['token'] & { readonly scopes: readonly string[] | null };
}

onBothEngines('a token with scopes', (engine) => {
  let server: TestServer;
  const create = async (body: object, headers?: Record<string, string>): Promise<Scoped> => {
    const reply = await ask(server, 'POST', '/tokens', { body, ...(headers && { headers }) });
    expect([reply.status, reply.text]).toEqual([201, expect.any(String)]);
    return reply.json<Scoped>();
  };
  /** The headers of a personal token of the administrator. */
  const limited = async (...scopes: string[]): Promise<Record<string, string>> =>
    (await create({ ...LAPTOP, scopes })).headers;
  const verify = (query: string, headers: Record<string, string>): Promise<Reply> =>
    send(server.baseUrl, 'GET', `/verify?${query}`, { headers });
  const as = (headers: Record<string, string>, method: string, path: string, body?: unknown): Promise<Reply> =>
    ask(server, method, path, { headers, body });

  beforeAll(async () => {
    server = await startInMount(engine, { VERIFY_WITHOUT_ACCOUNT: 'true' });
  });

  it('is created with them sorted, shows them, and is found by them', async () => {
    const { token } = await create({ ...CI, scopes: ['list:b', 'list:A', 'list:b'] });
    expect(token.scopes).toEqual(['list:A', 'list:b']);
    expect((await ask(server, 'GET', `/tokens/${token.id}`)).json()).toEqual(token);
    const found = async (query: string): Promise<string[]> => {
      const { items } = (await ask(server, 'GET', `/tokens?${query}`)).json<ListBody>();
      return items.map(({ id }) => id);
    };
    expect(await found('scope=list:A')).toEqual([token.id]);
    for (const other of ['list:a', 'list', 'list:_', 'list:A,list:b']) {
      expect([other, await found(`scope=${other}`)]).toEqual([other, []]);
    }
    for (const wrong of ['list:A%20list:b', '%00', 'a'.repeat(101)]) {
      const reply = await ask(server, 'GET', `/tokens?scope=${wrong}`);
      expect([problemOf(reply)[0], faultOf(reply)]).toEqual(['invalid-request', 'scope']);
    }
    const csv = (await ask(server, 'GET', '/tokens/export.csv?scope=list:b')).text;
    expect(csv.trim().split('\r\n')).toEqual([
      expect.stringMatching(/,scopes$/),
      expect.stringMatching(/,list:A list:b$/),
    ]);
    const [row] = await server.dataSource.manager.findBy(AuditRecord, { targetId: token.id });
    expect(row?.details).toMatchObject({ scopes: ['list:A', 'list:b'] });
  });

  it('has none by default, and null says so', async () => {
    for (const more of [{}, { scopes: null }]) expect((await create({ ...CI, ...more })).token.scopes).toBeNull();
  });

  it.each([
    ['an empty list', []],
    ['a text', 'a'],
    ['a scope with a space', ['a b']],
    ['a quotation mark', ['a"']],
    ['letters of others', ['é']],
    ['a number', [1]],
    ['too many', Array.from({ length: 51 }, (_, at) => String(at))],
  ])('is not created with %s', async (_name, scopes) => {
    for (const body of [CI, LAPTOP]) {
      const reply = await ask(server, 'POST', '/tokens', { body: { ...body, scopes } });
      expect([problemOf(reply)[0], faultOf(reply)]).toEqual(['invalid-request', '#/scopes']);
    }
  });

  it.each([
    ['service', CI],
    ['personal', LAPTOP],
  ])('(%s) is admitted where all scopes that are asked for are its own', async (_kind, body) => {
    const { headers } = await create({ ...body, scopes: ['a', 'b', 'x,y'] });
    for (const query of ['', 'scope=a', 'scope=b&scope=a', 'scope=a+b', 'scope=a%20b', 'scope=x,y']) {
      expect([query, (await verify(query, headers)).status]).toEqual([query, 200]);
    }
    for (const query of ['scope=c', 'scope=a&scope=c', 'scope=A', 'scope=a,b', 'scope=x']) {
      const reply = await verify(query, headers);
      const { error, error_description: description } = reply.json<Record<string, string>>();
      expect([query, reply.status, error]).toEqual([query, 403, 'forbidden']);
      expect(description).toContain('lacks a scope');
    }
    const refused = await verify('scope=a&scope=c', headers);
    expect(refused.headers['www-authenticate']).toBe(
      'Bearer realm="latchkey", error="insufficient_scope", scope="a c"',
    );
    expect((await verify('', headers)).headers['latchkey-scopes']).toBe('a b x,y');
  });

  it('is the only one that holds a scope: a token without scopes, a login and a service token lack it', async () => {
    const { headers } = await create(CI);
    const login = await send(server.baseUrl, 'POST', '/api/v1/users/login', {
      body: JSON.stringify({ email: ADMIN.email, password: ADMIN.password }),
    });
    const session = bearer(login.json<{ token: string }>().token);
    for (const each of [headers, bearer(ADMIN.token), session]) {
      expect([(await verify('', each)).status, (await verify('scope=a', each)).status]).toEqual([200, 403]);
    }
    expect((await verify('', headers)).headers['latchkey-scopes']).toBe('');
    expect((await verify('scope=a', {})).status).toBe(401);
    expect((await verify('scope=a', bearer('x'.repeat(43)))).status).toBe(401);
  });

  it.each(['scope=', 'scope=+', 'scope=a%22', 'scope=%5C', 'scope=%C3%A9', `scope=${'a'.repeat(101)}`, 'scopes=a'])(
    'is asked for by a rule that can be read: %s is refused instead of admitting everybody',
    async (query) => {
      expect((await verify(query, bearer(ADMIN.token))).status).toBe(400);
    },
  );

  it('is told in introspection', async () => {
    const { secret } = await create({ ...LAPTOP, scopes: ['b', 'a'] });
    const introspect = async (token: string, headers = bearer(ADMIN.token)): Promise<unknown> =>
      (
        await send(server.baseUrl, 'POST', '/oauth2/introspect', {
          headers: { ...headers, 'Content-Type': 'application/x-www-form-urlencoded' },
          body: new URLSearchParams({ token }).toString(),
        })
      ).json();
    expect(await introspect(secret.token ?? '')).toMatchObject({ active: true, scope: 'a b' });
    expect(await introspect(ADMIN.token)).not.toHaveProperty('scope');
    // With scopes, it sees itself only.
    expect(await introspect(secret.token ?? '', bearer(secret.token ?? ''))).toMatchObject({ active: true });
    expect(await introspect(ADMIN.token, bearer(secret.token ?? ''))).toEqual({ active: false });
  });

  it('is given other scopes, or none, and applications notice at once', async () => {
    const { token, headers } = await create({ ...CI, scopes: ['a'] });
    const patch = async (scopes: unknown): Promise<unknown> =>
      (await ask(server, 'PATCH', `/tokens/${token.id}`, { body: { scopes } })).json<{ scopes: unknown }>().scopes;
    expect((await verify('scope=a', headers)).status).toBe(200);
    expect(await patch(['c', 'b'])).toEqual(['b', 'c']);
    expect([(await verify('scope=a', headers)).status, (await verify('scope=b', headers)).status]).toEqual([403, 200]);
    expect(await patch(null)).toBeNull();
    expect((await verify('scope=b', headers)).status).toBe(403);
  });

  it('keeps them when it is rotated, renewed or renamed', async () => {
    const { token } = await create({ ...CI, scopes: ['a'] });
    const rotated = (await ask(server, 'POST', `/tokens/${token.id}/rotate`, { body: {} })).json<Scoped>();
    expect(rotated.token.scopes).toEqual(['a']);
    const path = `/client/v4/accounts/${ACCOUNT.id}/access/service_tokens/${token.id}`;
    const renamed = { headers: bearer(ADMIN.token), body: JSON.stringify({ name: 'New' }) };
    expect((await send(server.baseUrl, 'PUT', path, renamed)).status).toBe(200);
    expect((await verify('scope=a', rotated.headers)).status).toBe(200);
  });

  it('can be an access token', async () => {
    const { id, code } = await newAccessToken(server);
    expect((await ask(server, 'PATCH', `/tokens/${id}`, { body: { scopes: ['a'] } })).status).toBe(200);
    const { scopes } = await server.dataSource.manager.findOneByOrFail(Token, { id });
    expect([scopes, code]).toEqual([['a'], expect.any(String)]);
  });

  it('creates only tokens with some of its own', async () => {
    const own = await limited('a', 'b');
    for (const body of [CI, LAPTOP]) {
      expect((await create({ ...body, scopes: ['b'] }, own)).token.scopes).toEqual(['b']);
      for (const scopes of [['a', 'c'], null, undefined]) {
        const reply = await as(own, 'POST', '/tokens', { ...body, scopes });
        expect(problemOf(reply)).toEqual(['forbidden', 403, expect.stringContaining('your token has scopes (a b)')]);
      }
    }
    const { id } = await newPerson(server);
    expect((await as(own, 'POST', '/tokens', { ...LAPTOP, owner_id: id })).status).toBe(403);
  });

  it.each([
    ['PATCH', '', { name: 'Mine' }],
    ['PATCH', '', { scopes: ['a'] }],
    ['PATCH', '', { disabled: true }],
    ['POST', '/rotate', {}],
    ['POST', '/renew', { duration: '1h' }],
    ['DELETE', '', undefined],
  ])('does not %s%s with %j on tokens that go further', async (method, path, body) => {
    const own = await limited('a');
    for (const scopes of [['a', 'b'], null]) {
      const { token } = await create({ ...CI, scopes });
      const reply = await as(own, method, `/tokens/${token.id}${path}`, body);
      expect(problemOf(reply)).toEqual(['forbidden', 403, expect.stringContaining('scopes (a)')]);
      const unchanged = (await ask(server, 'GET', `/tokens/${token.id}`)).json();
      expect(unchanged).toEqual(token);
    }
    const { token } = await create({ ...CI, scopes: ['a'] });
    expect((await as(own, method, `/tokens/${token.id}${path}`, body)).status).toBeLessThan(300);
  });

  it('does not widen a token of its own reach, or itself', async () => {
    const { token, headers: own } = await create({ ...LAPTOP, scopes: ['a'] });
    const other = await create({ ...CI, scopes: ['a'] });
    for (const id of [token.id, other.token.id]) {
      for (const scopes of [['a', 'b'], null]) {
        expect((await as(own, 'PATCH', `/tokens/${id}`, { scopes })).status).toBe(403);
      }
    }
  });

  it('sees what its user sees, and what it can do with it', async () => {
    const own = await limited('seen:a');
    const mine = await create({ ...CI, scopes: ['seen:a'] });
    const { token } = await create(CI);
    const permissions = async (id: string): Promise<readonly string[]> =>
      (await as(own, 'GET', `/tokens/${id}`)).json<Scoped['token']>().permissions;
    expect(await permissions(mine.token.id)).toContain('rotate');
    expect(await permissions(token.id)).toEqual([]);
    expect((await as(own, 'GET', '/tokens')).status).toBe(200);
    const action = { action: 'disable', ids: [mine.token.id, token.id] };
    const { items } = (await as(own, 'POST', '/tokens/bulk', action)).json<{ items: { result: string }[] }>();
    expect(items.map(({ result }) => result)).toEqual(['changed', 'forbidden']);
  });

  it('does not get the answer that its user got by the same Idempotency-Key', async () => {
    const own = await limited('a');
    const key = { 'Idempotency-Key': `key-${engine}` };
    const first = await create(CI, { ...bearer(ADMIN.token), ...key });
    const reply = await as({ ...own, ...key }, 'POST', '/tokens', CI);
    expect([reply.status, reply.text.includes(first.secret.client_secret ?? '')]).toEqual([403, false]);
    const mine = await create({ ...CI, scopes: ['a'] }, { ...own, 'Idempotency-Key': 'mine' });
    expect(await create({ ...CI, scopes: ['a'] }, { ...own, 'Idempotency-Key': 'mine' })).toEqual(mine);
  });

  it.each([
    ['GET', '/me'],
    ['POST', '/me/password'],
    ['GET', '/users'],
    ['POST', '/users'],
    ['POST', `/accounts`],
    ['GET', '/audit'],
    ['GET', '/events'],
    ['GET', '/server'],
  ])('opens nothing else of our own API: %s %s', async (method, path) => {
    const body = method === 'POST' ? {} : undefined;
    const reply = await as(await limited('a'), method, path, body);
    expect(problemOf(reply)).toEqual(['forbidden', 403, expect.stringContaining('does not sign in here')]);
  });

  it('opens no other API, in its own form of a refusal', async () => {
    const own = await limited('a');
    const token = own.Authorization?.slice('Bearer '.length) ?? '';
    const cloudflare = await send(server.baseUrl, 'POST', `/client/v4/accounts/${ACCOUNT.id}/access/service_tokens`, {
      headers: own,
      body: JSON.stringify({ name: 'Wider' }),
    });
    expect([cloudflare.status, cloudflare.json()]).toEqual([
      403,
      {
        result: null,
        success: false,
        messages: [],
        errors: [{ code: 10000, message: expect.stringContaining('a token with scopes does not sign in here') }],
      },
    ]);
    const key = { 'X-Auth-Email': ADMIN.email, 'X-Auth-Key': token };
    expect((await send(server.baseUrl, 'GET', '/client/v4/accounts', { headers: key })).status).toBe(403);
    const canvus = await send(server.baseUrl, 'POST', '/api/v1/users/1000/access-tokens', {
      headers: { 'Private-Token': token },
      body: JSON.stringify({ description: 'Wider' }),
    });
    expect([canvus.status, canvus.json()]).toEqual([403, { msg: expect.stringContaining('does not sign in here') }]);
    expect((await send(server.baseUrl, 'GET', '/metrics', { headers: own })).status).not.toBe(200);
  });

  it('does not log in anywhere', async () => {
    const token = (await limited('a')).Authorization?.slice('Bearer '.length) ?? '';
    const canvus = await send(server.baseUrl, 'POST', '/api/v1/users/login', { body: JSON.stringify({ token }) });
    expect([canvus.status, canvus.json()]).toEqual([403, { msg: expect.stringContaining('does not sign in here') }]);
    const console = await send(server.baseUrl, 'POST', '/latchkey/v1/session', {
      headers: { 'Content-Type': 'application/json', 'Sec-Fetch-Site': 'same-origin' },
      body: JSON.stringify({ token }),
    });
    expect(problemOf(console)[1]).toBe(403);
    const crm = await send(server.baseUrl, 'POST', '/crmapi/rest/v2/authentication/web_api_key/token', {
      headers: { Authorization: `Basic ${Buffer.from(`${token}:`).toString('base64')}` },
      body: JSON.stringify({ organisation: ACCOUNT.id }),
    });
    expect(crm.text).toContain('does not sign in here');
    expect(crm.text).not.toContain('"token"');
  });

  it('ends the logins that were made before it had scopes', async () => {
    const { token, secret, headers } = await create(LAPTOP);
    const login = await send(server.baseUrl, 'POST', '/api/v1/users/login', {
      body: JSON.stringify({ token: secret.token }),
    });
    const session = bearer(login.json<{ token: string }>().token);
    expect((await as(session, 'GET', '/me')).status).toBe(200);
    expect((await ask(server, 'PATCH', `/tokens/${token.id}`, { body: { scopes: ['a'] } })).status).toBe(200);
    expect((await as(session, 'GET', '/me')).status).toBe(401);
    expect((await as(headers, 'GET', '/me')).status).toBe(403);
  });

  it('ends itself', async () => {
    const { secret, headers } = await create({ ...LAPTOP, scopes: ['a'] });
    const ended = await send(server.baseUrl, 'POST', '/oauth2/revoke', {
      headers: { ...headers, 'Content-Type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ token: secret.token ?? '' }).toString(),
    });
    expect([ended.status, (await verify('', headers)).status]).toEqual([200, 401]);
  });
});
