/** Actors and builders for the Canvus dialect, over HTTP. */
import { afterAll, beforeAll, expect } from '@jest/globals';
import { onBothEngines } from '../../support/engines.js';
import type { Reply } from '../../support/http.js';
import { RestClient } from '../../support/rest-client.js';
import { ADMIN, startInMount, type TestServer } from '../../support/test-server.js';

export { auditRows, rowsOf, stored } from '../../support/stored.js';

export interface User {
  admin: boolean;
  approved: boolean;
  blocked: boolean;
  created_at: string;
  email: string;
  id: number;
  last_login: string;
  name: string;
  state: string;
}

export interface AccessToken {
  created_at: string;
  description: string;
  id: string;
}

export type CreatedAccessToken = AccessToken & { plain_token: string };

/** A caller of the API; bodies are sent as real clients send them, JSON without its content type. */
export class Actor extends RestClient {
  constructor(
    server: TestServer,
    readonly token?: string,
  ) {
    const dialect = { prefix: '/api/v1', contentType: 'application/x-www-form-urlencoded' };
    super(server, dialect, token === undefined ? {} : { 'Private-Token': token });
  }
}

/** A user with a password, and a caller with one of their tokens. */
export interface Person {
  readonly user: User;
  readonly email: string;
  readonly password: string;
  readonly actor: Actor;
}

/** The answer to a login. */
export interface Login {
  token: string;
  user: User;
}

let counter = 0;

/** A unique address. */
export function newEmail(): string {
  counter += 1;
  return `person-${String(counter)}@example.com`;
}

/** The callers and helpers of a suite. */
export interface Actors {
  readonly anonymous: Actor;
  readonly admin: Actor;
  readonly holder: (token: string) => Actor;
  /** A new user with a password and a token; fields are added to the request that creates them. */
  readonly person: (fields?: Record<string, unknown>) => Promise<Person>;
  readonly token: (userId: number, description?: string) => Promise<CreatedAccessToken>;
  /** Signs in; fails the test when that is refused. */
  readonly login: (person: Pick<Person, 'email' | 'password'>, more?: Record<string, unknown>) => Promise<Login>;
}

export function actors(server: TestServer): Actors {
  const anonymous = new Actor(server);
  const admin = new Actor(server, ADMIN.token);
  const holder = (token: string): Actor => new Actor(server, token);
  const token = async (userId: number, description = 'a token'): Promise<CreatedAccessToken> =>
    ok<CreatedAccessToken>(await admin.post(tokensOf(userId), { description }));
  const person = async (fields: Record<string, unknown> = {}): Promise<Person> => {
    const email = newEmail();
    const password = `password of ${email}`;
    const user = ok<User>(await admin.post('/users', { email, password, name: `Name of ${email}`, ...fields }));
    const { plain_token: plain } = await token(user.id);
    return { user, email: user.email, password, actor: holder(plain) };
  };
  const login = async ({ email, password }: Pick<Person, 'email' | 'password'>, more = {}): Promise<Login> =>
    ok<Login>(await anonymous.post('/users/login', { email, password, ...more }));
  return { anonymous, admin, holder, person, token, login };
}

export type Canvus = Actors & { readonly server: TestServer };

/** A suite on both engines, with one server for each; available in hooks and tests. */
export function canvusSuite(name: string, suite: (canvus: Canvus) => void, env: Record<string, string> = {}): void {
  onBothEngines(name, (engine) => {
    const canvus = {} as Canvus;
    beforeAll(async () => {
      const server = await startInMount(engine, env);
      Object.assign(canvus, actors(server), { server });
    });
    afterAll(() => canvus.server.close());
    suite(canvus);
  });
}

export function userPath(id: number, action = ''): string {
  return `/users/${String(id)}${action}`;
}

export function tokensOf(userId: number): string {
  return userPath(userId, '/access-tokens');
}

export function tokenPath(userId: number, tokenId: string): string {
  return `${tokensOf(userId)}/${tokenId}`;
}

/** The body of an answer, which must be a success. */
export function ok<T>(reply: Reply): T {
  expect({ status: reply.status, text: reply.text }).toEqual({ status: 200, text: expect.any(String) });
  expect(reply.headers['content-type']).toMatch(/^application\/json\b/);
  return reply.json<T>();
}

export const UNAUTHORIZED = { message: '401 Unauthorized' };
export const PERMISSION_DENIED = { msg: 'Permission denied' };

/** The text of an answer, which must be a refusal in the documented form: only `msg`. */
export function refusal(reply: Reply, status: number): string {
  expect({ status: reply.status, text: reply.text }).toEqual({ status, text: expect.any(String) });
  expect(reply.headers['content-type']).toMatch(/^application\/json\b/);
  const body = reply.json<{ msg: string }>();
  expect(body).toEqual({ msg: expect.stringMatching(/\S/) });
  return body.msg;
}

/** The keys of a user, in their order. */
export const USER_KEYS = ['admin', 'approved', 'blocked', 'created_at', 'email', 'id', 'last_login', 'name', 'state'];

/** Milliseconds, no zone. */
export const TOKEN_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}$/;
/** Milliseconds and `Z`. */
export const USER_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
export const PLAIN_TOKEN = /^[A-Za-z0-9_-]{43}$/;
export const TOKEN_ID = /^[A-Za-z0-9]{80}$/;

/** Well-formed, but unknown. */
export const UNKNOWN_TOKEN = 'x'.repeat(43);
export const UNKNOWN_TOKEN_ID = 'A'.repeat(80);
export const UNKNOWN_USER = 999_999;

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
