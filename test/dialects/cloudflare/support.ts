/** Callers and builders for the Cloudflare dialect, over HTTP. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { Secret, Verifier } from '../../../src/core/index.js';
import { onBothEngines } from '../../support/engines.js';
import { send, type Reply } from '../../support/http.js';
import { RestClient } from '../../support/rest-client.js';
import { stored } from '../../support/stored.js';
import { ACCOUNT, ADMIN, startInMount, type TestServer } from '../../support/test-server.js';

export { auditRows, stored } from '../../support/stored.js';

export const PREFIX = '/client/v4';

export interface ServiceToken {
  id: string;
  name: string;
  client_id: string;
  duration: string;
  created_at: string;
  updated_at: string;
  expires_at: string;
  client_secret_version: number;
  enabled: boolean;
  last_seen_at?: string;
  previous_client_secret_expires_at?: string;
}

export type ServiceTokenWithSecret = ServiceToken & { client_secret: string };

export interface Account {
  id: string;
  name: string;
  type: string;
  settings: { abuse_contact_email: string | null; enforce_twofactor: boolean };
  created_on: string;
}

export interface Member {
  id: string;
  email: string;
  roles: { id: string; name: string; description: string; permissions: unknown }[];
  status: string;
  user: { id: string; email: string; first_name: string };
}

export interface ResultInfo {
  page: number;
  per_page: number;
  count: number;
  total_count: number;
  total_pages: number;
}

export interface ErrorItem {
  code: number;
  message: string;
  source?: { pointer: string };
  error_chain?: { code: number; message: string }[];
}

export type Role = 'administrator' | 'read_only';

/** The members of every token object; others are only `last_seen_at` and `previous_client_secret_expires_at`. */
export const TOKEN_KEYS = [
  'client_id',
  'client_secret_version',
  'created_at',
  'duration',
  'enabled',
  'expires_at',
  'id',
  'name',
  'updated_at',
];

export const TOKEN_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
export const CLIENT_ID = /^[0-9a-f]{32}\.access$/;
export const CLIENT_SECRET = /^lkst_[A-Za-z0-9]{40}[0-9a-f]{8}$/;
export const HEX_ID = /^[0-9a-f]{32}$/;
/** UTC, whole seconds. */
export const WIRE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** Well-formed, but unknown. */
export const UNKNOWN_ID = 'f174e90a-fafe-4643-bbbc-4a0ed4fc8415';
export const UNKNOWN_HEX = '023e105f4ecef8ad9ca31a8372d0c353';
export const UNKNOWN_TOKEN = 'x'.repeat(43);

export const NOT_FOUND: ErrorItem = { code: 12135, message: 'access.api.error.not_found' };
export const AUTHENTICATION_ERROR: ErrorItem = { code: 10000, message: 'Authentication error' };
export const NO_CREDENTIALS: ErrorItem = {
  code: 9106,
  message: 'Missing X-Auth-Key, X-Auth-Email or Authorization headers',
};

export const DAY = 86_400_000;
export const YEAR = 365 * DAY;

/** A caller of the API. */
export class Caller extends RestClient {
  constructor(server: TestServer, headers: Readonly<Record<string, string>> = {}) {
    super(server, { prefix: PREFIX, contentType: 'application/json' }, headers);
  }
}

/** A user with a personal token, and the same user as a caller. */
export interface Person {
  readonly userId: number;
  readonly email: string;
  readonly password: string;
  readonly key: string;
  readonly caller: Caller;
}

/** The callers and helpers of a suite. */
export interface Cloudflare {
  readonly server: TestServer;
  readonly anonymous: Caller;
  /** An administrator of the server. */
  readonly admin: Caller;
  readonly holder: (token: string) => Caller;
  readonly person: (fields?: Record<string, unknown>) => Promise<Person>;
  /** A new user with a role in an account. */
  readonly memberOf: (accountId: string, role: Role) => Promise<Person & { readonly memberId: string }>;
  /** The id of a new account. */
  readonly account: () => Promise<string>;
  readonly token: (accountId: string, fields?: Record<string, unknown>) => Promise<ServiceTokenWithSecret>;
  readonly read: (accountId: string, id: string) => Promise<ServiceToken>;
  readonly rotate: (accountId: string, id: string, body?: unknown) => Promise<ServiceTokenWithSecret>;
  /** The verdict on a client id and secret: `valid` or the reason. */
  readonly verdict: (clientId: string, secret: string) => Promise<string>;
}

/** The same for a server that a suite has started itself. */
export function cast(server: TestServer): Cloudflare {
  const anonymous = new Caller(server);
  const holder = (token: string): Caller => new Caller(server, { Authorization: `Bearer ${token}` });
  const admin = holder(ADMIN.token);
  const person = async (fields: Record<string, unknown> = {}): Promise<Person> => newPerson(server, holder, fields);
  const verifier = server.app.get(Verifier);
  return {
    server,
    anonymous,
    admin,
    holder,
    person,
    memberOf: async (accountId, role) => {
      const user = await person();
      const { id } = ok<Member>(await admin.post(membersOf(accountId), { email: user.email, roles: [role] }));
      return { ...user, memberId: id };
    },
    account: async () => ok<Account>(await admin.post('/accounts', { name: `Account ${randomUUID()}` })).id,
    token: async (accountId, fields = {}) =>
      ok<ServiceTokenWithSecret>(await admin.post(tokensOf(accountId), { name: 'a token', ...fields }), 201),
    read: async (accountId, id) => ok<ServiceToken>(await admin.get(tokenPath(accountId, id))),
    rotate: async (accountId, id, body) =>
      ok<ServiceTokenWithSecret>(await admin.post(`${tokenPath(accountId, id)}/rotate`, body)),
    verdict: async (handle, secret) => {
      const { status } = await verifier.verify({ kind: 'service_token', handle, secret: new Secret(secret) });
      return status;
    },
  };
}

/** Users are created through the Canvus API, as this dialect has none. */
async function newPerson(
  server: TestServer,
  holder: (token: string) => Caller,
  fields: Record<string, unknown>,
): Promise<Person> {
  const email = `${randomUUID()}@example.com`;
  const password = `password of ${email.slice(0, 8)}`;
  const user = (await canvus(server, 'POST', '/users', { email, password, name: 'A person', ...fields })) as {
    id: number;
  };
  const path = `/users/${String(user.id)}/access-tokens`;
  const { plain_token: key } = (await canvus(server, 'POST', path, { description: 'key' })) as { plain_token: string };
  return { userId: user.id, email, password, key, caller: holder(key) };
}

/** A call of the Canvus API by the administrator. */
export async function canvus(server: TestServer, method: string, path: string, body: unknown = {}): Promise<unknown> {
  const headers = { 'Private-Token': ADMIN.token, 'Content-Type': 'application/json' };
  const reply = await send(server.baseUrl, method, `/api/v1${path}`, { headers, body: JSON.stringify(body) });
  expect({ status: reply.status, text: reply.text }).toEqual({ status: 200, text: expect.any(String) });
  return reply.text === '' ? undefined : reply.json();
}

/** A suite on both engines, with one server for each; available in hooks and tests. */
export function cloudflareSuite(
  name: string,
  suite: (cf: Cloudflare) => void,
  env: Record<string, string> = {},
  start: typeof startInMount = startInMount,
): void {
  onBothEngines(name, (engine) => {
    const cf = {} as Cloudflare;
    beforeAll(async () => {
      Object.assign(cf, cast(await start(engine, env)));
    });
    afterAll(() => cf.server.close());
    suite(cf);
  });
}

export function tokensOf(accountId: string = ACCOUNT.id): string {
  return `/accounts/${accountId}/access/service_tokens`;
}

export function tokenPath(accountId: string, id: string): string {
  return `${tokensOf(accountId)}/${id}`;
}

export function membersOf(accountId: string): string {
  return `/accounts/${accountId}/members`;
}

export function memberPath(accountId: string, id: string): string {
  return `${membersOf(accountId)}/${id}`;
}

interface SuccessBody<T> {
  result: T;
  success: boolean;
  errors: unknown[];
  messages: unknown[];
  result_info?: ResultInfo;
}

/** The result of an answer, which must be a success: the envelope, no message, no `result_info`. */
export function ok<T>(reply: Reply, status = 200): T {
  const { result, ...rest } = successBody<T>(reply, status);
  expect(rest).toEqual({ success: true, errors: [], messages: [] });
  return result;
}

/** The items and the page of an answer, which must be a successful list. */
export function okList<T>(reply: Reply): { items: T[]; info: ResultInfo } {
  const { result, result_info: info, ...rest } = successBody<T[]>(reply, 200);
  expect(rest).toEqual({ success: true, errors: [], messages: [] });
  const integer = expect.any(Number);
  expect(info).toEqual({
    page: integer,
    per_page: integer,
    count: integer,
    total_count: integer,
    total_pages: integer,
  });
  for (const value of Object.values(info ?? {})) expect(Number.isInteger(value)).toBe(true);
  expect(info?.count).toBe(result.length);
  if (!info) throw new Error('a list without result_info');
  return { items: result, info };
}

function successBody<T>(reply: Reply, status: number): SuccessBody<T> {
  const shown = reply.status === status ? '' : reply.text;
  expect({ status: reply.status, shown }).toEqual({ status, shown: '' });
  expect(reply.headers['content-type']).toMatch(/^application\/json\b/);
  return reply.json<SuccessBody<T>>();
}

/** The only error of an answer, which must be a failure: the envelope of four keys and nothing else. */
export function refusal(reply: Reply, status: number, code: number): ErrorItem {
  expect({ status: reply.status, text: reply.text }).toEqual({ status, text: expect.any(String) });
  const item = failure(reply);
  expect(item.code).toBe(code);
  return item;
}

/** The same for invalid input: it must name the field and point at it. */
export function invalid(reply: Reply, field: string | null): string {
  const { message, ...rest } = refusal(reply, 400, 12130);
  expect(message).toMatch(/^access\.api\.error\.invalid_request: \S/);
  expect(rest).toEqual({ code: 12130, ...(field !== null && { source: { pointer: `/${field}` } }) });
  if (field !== null) expect(message).toContain(field);
  return message;
}

/** The only error of any failure. */
export function failure(reply: Reply): ErrorItem {
  expect(reply.status).toBeGreaterThanOrEqual(400);
  expect(reply.status).toBeLessThan(500);
  expect(reply.headers['content-type']).toMatch(/^application\/json\b/);
  const body = reply.json<{ errors: ErrorItem[] }>();
  expect(body).toEqual({ result: null, success: false, errors: [expect.any(Object)], messages: [] });
  const [item] = body.errors;
  if (!item) throw new Error('no error item');
  expect(Number.isInteger(item.code) && item.code >= 1000).toBe(true);
  expect(item.message).toMatch(/\S/);
  return item;
}

/** The message for an administrator of the server about a path to something that does not exist. */
export function noRoute({ server }: Cloudflare, path: string): string {
  return `Could not route to ${server.basePath}${PREFIX}${path}, perhaps your object identifier is invalid?`;
}

/** Makes the call, and fails the test if anything in the database has changed. */
export async function changingNothing<T>(cf: Cloudflare, call: () => Promise<T>): Promise<T> {
  const before = await stored(cf.server);
  const reply = await call();
  expect(await stored(cf.server)).toEqual(before);
  return reply;
}

/** The result of a COUNT. */
export async function countRows({ dataSource }: TestServer, from: string): Promise<number> {
  const [row] = await dataSource.query<{ n: string | number }[]>(`SELECT COUNT(*) AS n FROM ${from}`);
  return Number(row?.n);
}

/** A time as the API shows it, in whole seconds. */
export function inSeconds(moment: Date | number): string {
  return `${new Date(moment).toISOString().slice(0, 19)}Z`;
}

/** Text that must be returned byte for byte. */
export const PECULIAR_TEXTS: [kind: string, text: string][] = [
  ['emoji', '🔑 👩‍👩‍👧‍👦 🏳️‍🌈'],
  ['combining characters, not normalised', 'e\u0301 and \u00e9, o\u0302\u0323'],
  ['spaces at both ends', '  \u00a0spaces\u3000  '],
  ['right-to-left text and marks', '\u202eשלום\u202c مرحبا \u200f'],
  ['control characters', 'tab\t newline\r\n bell\u0007 escape\u001b'],
  ['separators and a byte order mark', '\ufeff\u2028\u2029'],
  ['quotes, mark-up and SQL', `"\\' <b>&amp;</b> '); DROP TABLE latchkey_token; -- %s $1 :x`],
];
