import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { documents } from '../../src/standalone/docs.js';
import { send, type Reply } from '../support/http.js';
import { ADMIN, startServer, type TestServer } from '../support/test-server.js';
import { offeredCalls, type OfferedCall } from './offered-calls.js';

/** As the examples have them. */
const PASSWORD = 'correct horse';
const EMAIL = 'admin@example.com';
const ORGANISATION = 'Latchkey';

/** What a user fills in: ids in the path, and values in place of these texts in a body. */
interface Filled {
  readonly ids?: Readonly<Record<string, string>>;
  readonly token?: string;
  /** What takes the place of ids in bodies, by the examples. */
  readonly replaced?: Readonly<Record<string, string>>;
}

/** Ids, and a name that is unique on the server, as the examples of bodies have them. */
const EXAMPLES = {
  account: '023e105f4ecef8ad9ca31a8372d0c353',
  policy: 'f1a8b3c9-b4c2-4c4f-9c3a-8d1f0e2b6a57',
  serviceToken: '3537a672-e4d8-4d89-aab9-26cb622918a1',
  teamDomain: 'acme.access.example.com',
};

/** Calls whose success never comes, with the status of their answer and the reason. */
const NEVER: Readonly<Record<string, number>> = {
  // Every token belongs to a user, none to an account.
  'GET /client/v4/accounts/{accountId}/tokens/verify': 401,
  // No provider is configured.
  'GET /latchkey/v1/session/openid': 404,
  'GET /latchkey/v1/session/openid/callback': 404,
};

const EXAMPLE_TOKENS = ['1F0E7C5A9B3D4E6F8A1B2C3D4E5F6071', 'W1bns7ZYuN_u7fQTR3i6L0JopiRCGsbNjXRw7Z-yX0E'];

describe('what the documents offer to try', () => {
  let server: TestServer;
  let made = 0;

  beforeEach(async () => {
    server = await startServer('sqlite', {
      ADMIN_EMAIL: EMAIL,
      ADMIN_PASSWORD: PASSWORD,
      ACCOUNT_NAME: ORGANISATION,
    });
  });
  afterEach(() => server.close());

  const asked = async (method: string, address: string, body?: object): Promise<Reply> =>
    send(server.baseUrl, method, address, {
      headers: { Authorization: `Bearer ${ADMIN.token}`, 'Private-Token': ADMIN.token },
      ...(body && { body: JSON.stringify(body) }),
    });
  const created = async (address: string, body: object): Promise<Record<string, string>> => {
    const reply = await asked('POST', address, body);
    if (reply.status > 201) throw new Error(reply.text);
    return reply.json<Record<string, string>>();
  };
  const result = async (address: string, body: object): Promise<Record<string, string>> =>
    (await created(`/client/v4/${address}`, body)).result as unknown as Record<string, string>;
  const fresh = (): string => `made-${String((made += 1))}`;

  const newUser = (): Promise<Record<string, string>> =>
    created('/api/v1/users', { email: `${fresh()}@example.com`, name: 'Made', password: PASSWORD });

  /** Around the service tokens of an account. */
  const access = async (accountId: string, { address, method }: OfferedCall): Promise<Record<string, string>> => {
    const at = `accounts/${accountId}/access`;
    const policy = { name: 'Made', decision: 'allow', include: [{ everyone: {} }] };
    const { id: zoneId = '' } = await result('zones', { name: `${fresh()}.example`, account: { id: accountId } });
    const { id: reusable = '' } = await result(`${at}/policies`, policy);
    const { id: applicationId = '' } = await result(`${at}/apps`, { domain: `${fresh()}.example.net` });
    const { id: own = '' } = await result(`${at}/apps/${applicationId}/policies`, { ...policy, precedence: 9 });
    if (method !== 'POST') await result(`${at}/organizations`, { name: 'Made', auth_domain: `${fresh()}.example` });
    return { zoneId, applicationId, reusable, policyId: address.includes('{applicationId}') ? own : reusable };
  };

  const cloudflare = async (call: OfferedCall): Promise<Filled> => {
    const { body } = call;
    if (typeof body?.email === 'string') await created('/api/v1/users', { email: body.email, name: 'Made' });
    const { id: accountId = '' } = await result('accounts', { name: fresh() });
    const { email } = await newUser();
    const member = await result(`accounts/${accountId}/members`, { email, roles: ['read_only'] });
    const token = await result(`accounts/${accountId}/access/service_tokens`, { name: 'Made' });
    const { reusable = '', ...ids } = await access(accountId, call);
    return {
      ids: { accountId, memberId: String(member.id), tokenId: String(token.id), ...ids },
      replaced: {
        [EXAMPLES.account]: accountId,
        [EXAMPLES.policy]: reusable,
        [EXAMPLES.serviceToken]: String(token.id),
        [EXAMPLES.teamDomain]: `${fresh()}.team.example`,
      },
    };
  };

  const canvus = async ({ example }: OfferedCall): Promise<Filled> => {
    const user = await newUser();
    const id = example === 'One’s own' ? String(ADMIN.id) : String(user.id);
    const { id: tokenId = '' } = await created(`/api/v1/users/${id}/access-tokens`, { description: 'Made' });
    const { token = '' } = await created('/api/v1/users/login', { token: ADMIN.token });
    const group = await created('/api/v1/groups', { name: fresh() });
    const ids = { id, tokenId, groupId: String(group.id), memberId: String(user.id) };
    await created(`/api/v1/groups/${ids.groupId}/members`, { id: user.id });
    return { ids, token };
  };

  /** Each call has an organisation of its own, with the token of the examples unless the call creates it. */
  const crm = async ({ address }: OfferedCall): Promise<Filled> => {
    const { name: organisation = '' } = await result('accounts', { name: fresh() });
    const base = '/crmapi/rest/v2';
    const login = await created(`${base}/authentication/token`, { username: EMAIL, password: PASSWORD, organisation });
    const { token } = login.data as unknown as { token: string };
    const replaced = { [EXAMPLES.account]: organisation };
    if (address.endsWith('/create')) return { token, replaced };
    if (address.endsWith('/web_api_key/token')) return { replaced };
    const code = { authentication_code: 'AC-1' };
    await created(`${base}/access_tokens/create`, {
      token,
      ...code,
      identifier: 'jane@example.com',
      pass_code: '12345',
    });
    if (address.endsWith('/set_as_effective')) {
      await created(`${base}/access_tokens/set_as_not_effective`, { token, access_token_identifier: code });
    }
    if (!address.endsWith('/change_pass_code')) return { token, replaced };
    const key = Buffer.from(`${ADMIN.token}:`).toString('base64');
    const opened = await send(server.baseUrl, 'POST', `${base}/authentication/consumer_application_key/token`, {
      headers: { Authorization: `Basic ${key}` },
      body: JSON.stringify({ organisation, access_token_identifier: code }),
    });
    return { token: opened.json<{ data: { token: string } }>().data.token };
  };

  /** A user with a login, who is a member of the account unless the call makes them one. */
  const latchkey = async ({ method, address }: OfferedCall): Promise<Filled> => {
    const name = fresh();
    const { id: accountId = '' } = await result('accounts', { name });
    const { id: userId = '', email = '' } = await newUser();
    if (method !== 'POST') await result(`accounts/${accountId}/members`, { email, roles: ['read_only'] });
    await created('/api/v1/users/login', { email, password: PASSWORD });
    const [login] = (await asked('GET', `/latchkey/v1/users/${userId}/logins`)).json<{ items: { id: string }[] }>()
      .items;
    const { id: tokenId = '' } = await result(`accounts/${accountId}/access/service_tokens`, { name: 'Made' });
    if (address.includes('/overlap')) await created(`/latchkey/v1/tokens/${tokenId}/rotate`, { overlap: '24h' });
    return {
      ids: { accountId, userId, tokenId, loginId: login?.id ?? '' },
      token: ADMIN.token,
      replaced: {
        [EXAMPLES.account]: accountId,
        '"Acme"': JSON.stringify(method === 'DELETE' ? name : fresh()),
        'alice@example.com': address.endsWith('/users') ? `${fresh()}@example.com` : email,
        '"1001"': `"${userId}"`,
        // The login.
        '"expected":10': '"expected":1',
      },
    };
  };

  const PREPARED: Record<string, (call: OfferedCall) => Promise<Filled>> = {
    cloudflare,
    canvus,
    crm,
    latchkey,
    'data-plane': () => Promise.resolve({}),
  };

  const sent = (call: OfferedCall, { ids = {}, token = '', replaced = {} }: Filled): Promise<Reply> => {
    const { method, address, query, body, isForm } = call;
    const filled = address.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => ids[name] ?? '');
    const parameters = new URLSearchParams({ ...query, ...('token' in query && { token }) });
    const plain = isForm ? new URLSearchParams(body as Record<string, string>).toString() : JSON.stringify(body);
    const withToken = EXAMPLE_TOKENS.reduce((all, example) => all.replaceAll(example, token), body ? plain : '');
    const text = Object.entries(replaced).reduce((all, [example, own]) => all.replaceAll(example, own), withToken);
    const credentials: Record<string, string> = address.startsWith('/api/v1')
      ? { 'Private-Token': ADMIN.token }
      : call.address.endsWith('_key/token')
        ? { Authorization: `Basic ${Buffer.from(`${ADMIN.token}:`).toString('base64')}` }
        : { Authorization: `Bearer ${ADMIN.token}` };
    return send(server.baseUrl, method, `${filled}?${parameters.toString()}`, {
      headers: { ...credentials, 'Content-Type': isForm ? 'application/x-www-form-urlencoded' : 'application/json' },
      ...(body && { body: text }),
    });
  };

  it.each(Object.keys(PREPARED))('works with only ids and tokens filled in: %s', async (name) => {
    const document = (await documents(server.app))[name]?.();
    const prepare = PREPARED[name];
    if (!document || !prepare) throw new Error(`there is no document of ${name}`);
    const calls = offeredCalls(document);
    expect(calls.length).toBeGreaterThan(2);
    const faults: string[] = [];
    for (const call of calls) {
      const reply = await sent(call, await prepare(call));
      const isOk = name !== 'crm' || reply.json<{ status: { code: string } }>().status.code === 'OK';
      if (reply.status !== (NEVER[call.label] ?? call.success) || !isOk)
        faults.push(`${call.label}: ${String(reply.status)} ${reply.text}`);
    }
    expect(faults).toEqual([]);
  });
});
