/** Callers and builders for the data plane: credentials are created through the dialects' APIs and presented over HTTP. */
import { expect } from '@jest/globals';
import { send, type Call, type Reply } from '../support/http.js';
import { ACCOUNT, ADMIN, startInMount, type TestServer } from '../support/test-server.js';
import {
  canvus,
  cloudflareSuite,
  type Cloudflare,
  type ServiceTokenWithSecret,
} from '../dialects/cloudflare/support.js';

export {
  canvus,
  cast,
  ok,
  okList,
  tokenPath,
  tokensOf,
  type Cloudflare,
  type Person,
} from '../dialects/cloudflare/support.js';
export type { ServiceToken, ServiceTokenWithSecret } from '../dialects/cloudflare/support.js';

export type Headers = Record<string, string>;

/** The callers and helpers of a suite. */
export interface DataPlane {
  readonly cf: Cloudflare;
  /** What a proxy asks; `rule` is the query, without its question mark. */
  readonly verify: (headers?: Call['headers'], rule?: string) => Promise<Reply>;
  /** The same, as the status alone. */
  readonly status: (headers?: Call['headers'], rule?: string) => Promise<number>;
  /** A login token of the user that is accepted wherever a user's token is. */
  readonly login: (person: { email: string; password: string }) => Promise<string>;
  /** A login token of the administrator that only the CRM dialect accepts. */
  readonly crmLogin: () => Promise<string>;
}

/** A suite on both engines, with one server for each; available in tests and hooks. */
export function dataPlaneSuite(
  name: string,
  suite: (plane: DataPlane) => void,
  env: Headers = {},
  start: typeof startInMount = startInMount,
): void {
  const inSuite = (cf: Cloudflare): void => {
    const verify = (headers: Call['headers'] = {}, rule = ''): Promise<Reply> =>
      send(cf.server.baseUrl, 'GET', rule === '' ? '/verify' : `/verify?${rule}`, { headers });
    suite({
      cf,
      verify,
      status: async (headers, rule) => (await verify(headers, rule)).status,
      login: async ({ email, password }) =>
        ((await canvus(cf.server, 'POST', '/users/login', { email, password })) as { token: string }).token,
      crmLogin: () => crmLogin(cf.server),
    });
  };
  cloudflareSuite(name, inSuite, env, start);
}

async function crmLogin({ baseUrl }: TestServer): Promise<string> {
  const body = JSON.stringify({ username: ADMIN.email, password: ADMIN.password, organisation: ACCOUNT.name });
  const reply = await send(baseUrl, 'POST', '/crmapi/rest/v2/authentication/token', { body });
  return reply.json<{ data: { token: string } }>().data.token;
}

/** The same where several accounts exist, and rules need not name one. */
export function severalAccountsSuite(name: string, suite: (plane: DataPlane) => void): void {
  dataPlaneSuite(name, suite, { VERIFY_WITHOUT_ACCOUNT: 'true' });
}

type Halves = Pick<ServiceTokenWithSecret, 'client_id' | 'client_secret'>;

/** The two headers of a service token. */
export function pair({ client_id: id, client_secret: secret }: Halves): Headers {
  return { 'CF-Access-Client-Id': id, 'CF-Access-Client-Secret': secret };
}

/** The same in one value. */
export function json({ client_id: id, client_secret: secret }: Halves): string {
  return JSON.stringify({ 'cf-access-client-id': id, 'cf-access-client-secret': secret });
}

export function privately(token: string): Headers {
  return { 'Private-Token': token };
}

export function bearer(token: string): Headers {
  return { Authorization: `Bearer ${token}` };
}

/** RFC 7617, with both parts encoded as RFC 6749 §2.3.1 requires. */
export function basic({ client_id: id, client_secret: secret }: Halves): Headers {
  const text = `${encodeURIComponent(id)}:${encodeURIComponent(secret)}`;
  return { Authorization: `Basic ${Buffer.from(text).toString('base64')}` };
}

/** Headers as a flat list, for those that are sent more than once. */
export function listed(...headers: Headers[]): string[] {
  return headers.flatMap((each) => Object.entries(each).flat());
}

/** The identity headers of an answer; fails the test if it does not admit the request. */
export function identity(reply: Reply): Headers {
  expect({ status: reply.status, text: reply.text }).toEqual({ status: 200, text: '' });
  return Object.fromEntries(Object.entries(reply.headers).filter(([name]) => name.startsWith('latchkey-'))) as Headers;
}

/** Well-formed, but unknown. */
export const UNKNOWN_USER_TOKEN = 'JunkJunkJunkJunkJunkJunkJunkJunkJunkJunk-_0';

/** Sends a form to an OAuth endpoint. */
export function sendForm(
  { server }: Cloudflare,
  endpoint: string,
  headers: Headers,
  form: Record<string, string> | [string, string][] | string,
): Promise<Reply> {
  const body = typeof form === 'string' ? form : new URLSearchParams(form).toString();
  const type = { 'Content-Type': 'application/x-www-form-urlencoded' };
  return send(server.baseUrl, 'POST', `/oauth2/${endpoint}`, { headers: { ...type, ...headers }, body });
}

/** The `error` of an answer that must be a refusal in the form of RFC 6749 §5.2. */
export function oauthError(reply: Reply, status: number): string {
  expect({ status: reply.status, text: reply.text }).toEqual({ status, text: expect.any(String) });
  expect(reply.headers['content-type']).toMatch(/^application\/json\b/);
  expect(reply.headers['cache-control']).toBe('no-store');
  const body = reply.json<{ error: string; error_description: string }>();
  expect(body).toEqual({ error: expect.stringMatching(/^[a-z_]+$/), error_description: expect.stringMatching(/\S/) });
  return body.error;
}
