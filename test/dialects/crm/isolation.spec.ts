/** Isolation of organisations, dialects and roles. */
import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { eachAtOnce } from '../../support/cases.js';
import { send } from '../../support/http.js';
import { ACCOUNT, ADMIN } from '../../support/test-server.js';
import { loggedOutBy } from './common-cases.js';
import { METHODS } from './methods.js';
import {
  Client,
  ERROR,
  byCode,
  byIdentifier,
  crmSuite,
  data,
  failure,
  make,
  shown,
  unchanged,
  unique,
  type AccessToken,
  type Crm,
  type Members,
  type Organisation,
} from './support.js';

/** Asserts that otherwise successful requests do nothing for these clients. */
async function refusedOnEveryMethod(crm: Crm, clients: Client[]): Promise<void> {
  await eachAtOnce(METHODS, async ({ verb, path, members }) => {
    const given = await members(crm.root);
    for (const client of clients) failure(await client.call(verb, path, given), ERROR.token);
  });
  for (const client of clients) failure(await client.post('authentication/token/release'), ERROR.token);
}

crmSuite('isolation of organisations', (crm) => {
  /** One that creates nothing. */
  let another: Promise<Organisation> | undefined;

  describe.each(METHODS.filter(({ path }) => !/list|get_|create/.test(path)))(
    '$verb $path',
    ({ verb, path, members }) => {
      it('answers for the record of another organisation exactly as for an unknown one', async () => {
        const { root: stranger } = await (another ??= crm.organisation());
        const unknown = (given: Members): Members =>
          'authentication_code' in given && !('access_token_identifier' in given)
            ? { ...given, authentication_code: unique('unknown') }
            : { ...given, ...byCode(unique('unknown')) };
        const given = await members(crm.root);
        await unchanged(crm.server, async () => {
          const reply = await stranger.call(verb, path, given);
          failure(reply, ERROR.notFound);
          expect(reply.text).toBe((await stranger.call(verb, path, unknown(given))).text);
        });
        data(await crm.root.call(verb, path, given));
      });
    },
  );

  it('does not find by identifier and pass code of another organisation', async () => {
    const made = await make(crm.root);
    const { root: stranger } = await crm.organisation();
    for (const path of ['show', 'update', 'set_as_effective', 'set_as_not_effective']) {
      failure(await stranger.post(`access_tokens/${path}`, byIdentifier(made)), ERROR.notFound);
    }
    failure(await stranger.post('access_tokens/reset_pass_code', { identifier: made.identifier }), ERROR.notFound);
  });

  it.each(METHODS.filter(({ path }) => /list|get_/.test(path)))(
    'lists nothing of others: $verb $path',
    async (method) => {
      const [one, other] = [await crm.organisation(), await crm.organisation()];
      const { token } = await make(one.root);
      const list = async (client: Client) => data(await client.call(method.verb, method.path, { number: 1000 }));
      expect(await list(other.root)).toEqual([]);
      expect(await list(one.root)).toEqual([token]);
    },
  );

  it('allows two organisations the same code, identifier and pass code, with separate records', async () => {
    const [one, other] = [await crm.organisation(), await crm.organisation()];
    const same = { authentication_code: 'same', identifier: 'same', pass_code: 'same' };
    const [mine, theirs] = [await make(one.root, same), await make(other.root, same)];
    expect(mine.token.number).toBe(theirs.token.number);
    expect(mine.token.id).not.toBe(theirs.token.id);
    data(await one.root.post('access_tokens/update', { ...byIdentifier(mine), pass_code: 'changed' }));
    data(await one.root.post('access_tokens/set_as_not_effective', byCode('same')));
    expect(await shown(other.root, 'same')).toEqual(theirs.token);
    data(await other.root.post('access_tokens/show', byIdentifier(theirs)));
  });

  it('ends logins and records with their organisation, and a new one of the same name starts empty', async () => {
    const { id, name, root } = await crm.organisation();
    await make(root);
    await crm.accounts('DELETE', `/${id}`);
    for (const { verb, path } of METHODS) failure(await root.call(verb, path, { number: 1 }), ERROR.token);
    failure(await root.post('authentication/token/release'), ERROR.token);
    const credentials = { username: ADMIN.email, password: ADMIN.password, organisation: name };
    failure(await crm.anonymous.post('authentication/token', credentials), ERROR.credentials);
    await crm.accounts('POST', '', { name, take_reserved_name: true });
    failure(await root.get('access_tokens/list', { number: '1' }), ERROR.token);
    expect(data(await (await crm.login(ADMIN, name)).get('access_tokens/list', { number: '1' }))).toEqual([]);
  });

  it.each(['a member who was removed', 'a user who was blocked', 'a user who was deleted'] as const)(
    'refuses %s on every method',
    async (what) => {
      await refusedOnEveryMethod(crm, [await loggedOutBy(crm)[what]()]);
    },
  );
});

crmSuite('isolation of dialects', (crm) => {
  const plain = async (path: string, body: unknown): Promise<string> =>
    (await crm.users<{ plain_token?: string; token?: string }>('POST', path, body)).plain_token ?? '';

  it('accepts no token of another dialect as a login token', async () => {
    const { email, password } = ADMIN;
    const login = await crm.users<{ token: string }>('POST', '/login', { email, password });
    const service = await send(crm.server.baseUrl, 'POST', `/client/v4/accounts/${ACCOUNT.id}/access/service_tokens`, {
      headers: { Authorization: `Bearer ${ADMIN.token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ name: 'service' }),
    });
    const { client_id: id, client_secret: secret } = service.json<{ result: Record<string, string> }>().result;
    const others = [ADMIN.token, login.token, await plain('/1000/access-tokens', { description: 'x' }), id, secret];
    for (const token of others) expect(token).toMatch(/^\S{36,}$/);
    await refusedOnEveryMethod(
      crm,
      others.map((token) => new Client(crm.server, token)),
    );
  });

  it('distinguishes tokens by their purpose, not by their form', async () => {
    const { email, password } = ADMIN;
    const digestOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');
    const give = (secret: string, where: string) =>
      crm.server.dataSource.query(`UPDATE latchkey_token SET secret_digest = '${digestOf(secret)}' WHERE ${where}`);
    await crm.users('POST', '/login', { email, password });
    const [login, personal, crmLogin] = ['AB'.repeat(16), 'CD'.repeat(16), 'x'.repeat(43)] as const;
    await give(login, `audience = 'user'`);
    const { id } = await crm.users<{ id: number }>('POST', '', { email: 'x@example.com', name: 'X', admin: true });
    await plain(`/${String(id)}/access-tokens`, { description: 'x' });
    await give(personal, `kind = 'personal_token' AND user_id = ${String(id)}`);
    for (const token of [login, personal]) {
      failure(await new Client(crm.server, token).get('access_tokens/list', { number: '1' }), ERROR.token);
    }
    const { name, root } = await crm.organisation();
    await give(crmLogin, `audience = 'crm' AND account_id = (SELECT id FROM latchkey_account WHERE name = '${name}')`);
    failure(await root.get('access_tokens/list', { number: '1' }), ERROR.token);
    const headers = { 'Private-Token': crmLogin, Authorization: `Bearer ${crmLogin}` };
    for (const path of ['/api/v1/users', '/client/v4/accounts']) {
      expect([401, 403]).toContain((await send(crm.server.baseUrl, 'GET', path, { headers })).status);
    }
  });

  it('accepts no code or pass code of an access token as a login token', async () => {
    const hex = 'AB'.repeat(16);
    await make(crm.root, { authentication_code: hex, pass_code: hex });
    failure(await new Client(crm.server, hex).get('access_tokens/list', { number: '1' }), ERROR.token);
  });

  it('returns a login token that is accepted nowhere else', async () => {
    const token = String(crm.root.token);
    const call = (path: string, headers: Record<string, string>) => send(crm.server.baseUrl, 'GET', path, { headers });
    expect((await call('/api/v1/users', { 'Private-Token': token })).status).toBe(401);
    const bearer = await call('/client/v4/accounts', { Authorization: `Bearer ${token}` });
    const key = await call('/client/v4/accounts', { 'X-Auth-Email': ADMIN.email, 'X-Auth-Key': token });
    for (const { status } of [bearer, key]) expect([400, 401, 403]).toContain(status);
    const body = JSON.stringify({ token });
    expect((await send(crm.server.baseUrl, 'POST', '/api/v1/users/login', { body })).status).toBe(401);
  });

  it('is accepted nowhere else in the form of other dialects either', async () => {
    const forms = [
      `/api/v1/users?token=${String(crm.root.token)}`,
      `/client/v4/accounts?token=${String(crm.root.token)}`,
    ];
    for (const path of forms) expect((await send(crm.server.baseUrl, 'GET', path)).status).toBeGreaterThanOrEqual(400);
  });
});

crmSuite('roles', (crm) => {
  let reader: Client;
  let administrator: Client;

  beforeAll(async () => {
    [reader, administrator] = await Promise.all([crm.member('read_only'), crm.member()]);
  });

  it.each(METHODS)('a read_only member: $verb $path (allowed: $reads)', async ({ verb, path, reads, members }) => {
    await make(crm.root);
    const given = await members(crm.root);
    await unchanged(crm.server, async () => {
      const reply = await reader.call(verb, path, given);
      if (reads) data(reply);
      else failure(reply, ERROR.notPermitted);
    });
  });

  it.each(METHODS.filter(({ reads }) => !reads))(
    'is refused before anything else is checked: $path',
    async ({ path }) => {
      failure(await reader.post(path, { fields_set: 7 }), ERROR.notPermitted);
    },
  );

  it.each(METHODS)('a member who administers the organisation: $verb $path', async ({ verb, path, members }) => {
    await make(crm.root);
    data(await administrator.call(verb, path, await members(crm.root)));
  });

  it('takes effect at once when the role changes', async () => {
    const person = await crm.person();
    const memberId = await crm.join(person);
    const client = await crm.login(person);
    const { code } = await make(client);
    const change = () => client.post('access_tokens/update', { ...byCode(code), pass_code: unique('pass') });
    await crm.accounts('PUT', `/${ACCOUNT.id}/members/${memberId}`, { roles: ['read_only'] });
    failure(await change(), ERROR.notPermitted);
    await crm.accounts('PUT', `/${ACCOUNT.id}/members/${memberId}`, { roles: ['administrator'] });
    expect(data<AccessToken>(await change()).authentication_code).toBe(code);
  });
});
