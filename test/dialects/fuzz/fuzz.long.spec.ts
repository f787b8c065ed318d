/**
 * Random requests at every door: none is answered with a 5xx, every answer is as its document says, and a request that
 * is refused changes nothing. FUZZ_SEED and FUZZ_REQUESTS (for each document and engine) try others.
 */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { loadNamedDocuments } from '../../support/documented.js';
import { onBothEngines } from '../../support/engines.js';
import { send, type Reply } from '../../support/http.js';
import { stored } from '../../support/stored.js';
import { ACCOUNT, ADMIN, startServer, type TestServer } from '../../support/test-server.js';
import { Random } from './random.js';
import { RandomRequests, type FuzzRequest, type KnownIds } from './requests.js';

const { FUZZ_SEED = '20261129', FUZZ_REQUESTS = '250' } = process.env;

/** None is reached by these: limits have suites of their own. */
const NO_LIMITS = {
  LOGIN_FAILURES_PER_ADDRESS: '100000',
  LOGIN_FAILURES_PER_ACCOUNT: '100000',
  VERIFY_WITHOUT_ACCOUNT: 'true',
};

const withHeader =
  (name: string, value: string) =>
  (request: FuzzRequest): FuzzRequest => ({ ...request, headers: { ...request.headers, [name]: value } });

/** How an administrator shows who they are, by the name of the document. */
const WAYS_IN: Record<string, (server: TestServer) => Promise<(request: FuzzRequest) => FuzzRequest>> = {
  cloudflare: () => Promise.resolve(withHeader('Authorization', `Bearer ${ADMIN.token}`)),
  canvus: () => Promise.resolve(withHeader('Private-Token', ADMIN.token)),
  latchkey: () => Promise.resolve(withHeader('Authorization', `Bearer ${ADMIN.token}`)),
  'data-plane': () => Promise.resolve(withHeader('Authorization', `Bearer ${ADMIN.token}`)),
  crm: async ({ baseUrl }) => {
    const body = JSON.stringify({ username: ADMIN.email, password: ADMIN.password, organisation: ACCOUNT.id });
    const headers = { 'Content-Type': 'application/json' };
    const reply = await send(baseUrl, 'POST', '/crmapi/rest/v2/authentication/token', { headers, body });
    const { data } = reply.json<{ data: { token: string } }>();
    const withKey = withHeader('Authorization', `Basic ${Buffer.from(`${ADMIN.token}:`).toString('base64')}`);
    return (request) => (request.path.includes('_key/token') ? withKey(request) : withLoginToken(request, data.token));
  },
};

/** The login token of CRM is a parameter. */
function withLoginToken(request: FuzzRequest, token: string): FuzzRequest {
  const { path, body } = request;
  if (typeof body === 'string' && body.startsWith('{')) {
    return { ...request, body: body.replace(/^\{("token":"[^"]*",?)?/, `{"token":"${token}",`).replace(/,\}$/, '}') };
  }
  const separator = path.includes('?') ? '&' : '?';
  return { ...request, path: `${path.replace(/([?&])token=[^&]*/, '$1')}${separator}token=${token}` };
}

/** CRM says in the body whether a call succeeded. */
const isRefused = ({ status, text }: Reply): boolean =>
  status >= 400 || (text.startsWith('{"status":{') && !text.startsWith('{"status":{"code":"OK"'));

/** Ids that exist on every new server, and those of things that are made here, by what parameters are called. */
async function someIds({ baseUrl }: TestServer): Promise<KnownIds> {
  const headers = { Authorization: `Bearer ${ADMIN.token}`, 'Content-Type': 'application/json' };
  const users = [String(ADMIN.id)];
  const tokens: string[] = [];
  const make = async (path: string, body: object): Promise<Reply> =>
    send(baseUrl, 'POST', path, { headers, body: JSON.stringify(body) });
  for (const name of ['one', 'two', 'three']) {
    const made = await make(`/client/v4/accounts/${ACCOUNT.id}/access/service_tokens`, { name });
    tokens.push(made.json<{ result: { id: string } }>().result.id);
    const person = await make('/latchkey/v1/users', {
      name,
      email: `${name}@example.com`,
      password: 'a good password',
    });
    users.push(person.json<{ user: { id: string } }>().user.id);
    const token = await make('/latchkey/v1/tokens', { kind: 'personal_token', name });
    tokens.push(token.json<{ token: { id: string } }>().token.id);
  }
  return [
    [/account|organisation/i, [ACCOUNT.id]],
    [/user|member|owner|^id$/i, users],
    [/token|code|identifier/i, tokens],
    [/./, [ACCOUNT.id, ...users, ...tokens]],
  ];
}

onBothEngines('random requests', (engine) => {
  let server: TestServer;
  let ids: KnownIds;

  beforeAll(async () => {
    server = await startServer(engine, NO_LIMITS);
    ids = await someIds(server);
  });
  afterAll(() => server.close());

  it.each(Object.keys(WAYS_IN))(
    'at %s are answered, and change nothing when they are refused',
    async (name) => {
      const documents = await loadNamedDocuments();
      const document = documents[name];
      const wayIn = await WAYS_IN[name]?.(server);
      if (!document || !wayIn) throw new Error(`there is no document ${name}`);
      const requests = new RandomRequests(document, new Random(Number(FUZZ_SEED)), ids, wayIn);
      const statuses = new Map<number, number>();
      for (let number = 0; number < Number(FUZZ_REQUESTS); number++) {
        const { method, path, ...call } = requests.next();
        const before = await stored(server, { failedLogins: false });
        const reply = await send(server.baseUrl, method, path, call);
        statuses.set(reply.status, (statuses.get(reply.status) ?? 0) + 1);
        const label = `seed ${FUZZ_SEED}, request ${String(number)}: ${method} ${path} ${String(call.body).slice(0, 500)}`;
        if (reply.status >= 500) throw new Error(`${label}\n${String(reply.status)} ${reply.text}`);
        if (isRefused(reply) && (await stored(server, { failedLogins: false })) !== before) {
          throw new Error(`${label}\nwas refused with ${String(reply.status)}, and changed something: ${reply.text}`);
        }
      }
      // Not everything may be refused at the same gate.
      expect([...statuses.keys()].some((status) => status < 300)).toBe(true);
      expect([...statuses.keys()].some((status) => status >= 400)).toBe(true);
    },
    300_000,
  );
});
