/** Actors and builders for the CRM dialect, over HTTP. */
import { afterAll, beforeAll, expect } from '@jest/globals';
import { onBothEngines } from '../../support/engines.js';
import { send, type Call, type Reply } from '../../support/http.js';
import { ACCOUNT, ADMIN, startInMount, type TestServer } from '../../support/test-server.js';
import { data, type AccessToken } from './answers.js';

export * from './answers.js';
export * from './stored.js';

export const PREFIX = '/crmapi/rest/v2';

export type Members = Record<string, unknown>;

/** A caller of the methods, with or without a login token. */
export class Client {
  constructor(
    private readonly server: TestServer,
    readonly token?: string,
  ) {}

  /** @param members - sent in addition to the login token */
  post(method: string, members: Members = {}, call: Call = {}): Promise<Reply> {
    return this.postText(method, JSON.stringify({ token: this.token, ...members }), call);
  }

  /** @param body - sent unchanged */
  postText(method: string, body: string | Buffer, { headers }: Call = {}): Promise<Reply> {
    const given = headers ?? { 'Content-Type': 'application/json' };
    return send(this.server.baseUrl, 'POST', `${PREFIX}/${method}`, { headers: given, body });
  }

  /** @param query - what follows the token, as it is in the address or as names and values to encode */
  get(method: string, query: string | Record<string, string> = {}, call: Call = {}): Promise<Reply> {
    const text = typeof query === 'string' ? query : new URLSearchParams(query).toString();
    const token = this.token === undefined ? '' : `token=${this.token}&`;
    return send(this.server.baseUrl, 'GET', `${PREFIX}/${method}?${token}${text}`, call);
  }

  /** By the verb of the method. */
  call(verb: string, method: string, members: Members): Promise<Reply> {
    if (verb === 'POST') return this.post(method, members);
    const texts = Object.entries(members)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]);
    return this.get(method, Object.fromEntries(texts) as Record<string, string>);
  }
}

/** A user with a password. */
export interface Person {
  readonly id: number;
  readonly email: string;
  readonly password: string;
  readonly name: string;
}

export interface Organisation {
  readonly id: string;
  readonly name: string;
  /** The administrator of the server, logged in to it. */
  readonly root: Client;
}

/** An access token as created, with its identifiers. */
export interface Made {
  readonly token: AccessToken;
  readonly code: string;
  readonly identifier: string;
  readonly passCode: string;
}

let counter = 0;

/** Unique text. */
export function unique(what: string): string {
  counter += 1;
  return `${what}-${String(counter)}`;
}

export interface Crm {
  readonly server: TestServer;
  readonly anonymous: Client;
  /** The administrator of the server, logged in to the organisation of the first start. */
  readonly root: Client;
  login(person: Pick<Person, 'email' | 'password'>, organisation?: string, more?: Members): Promise<Client>;
  person(fields?: Members): Promise<Person>;
  /** Adds a member; returns the id of the membership. */
  join(person: Person, role?: string, accountId?: string): Promise<string>;
  /** A new member of the first organisation, logged in. */
  member(role?: string): Promise<Client>;
  organisation(): Promise<Organisation>;
  /** Calls the API of accounts as the administrator of the server. */
  accounts<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** Calls the API of users as the administrator of the server. */
  users<T>(method: string, path: string, body?: unknown): Promise<T>;
}

export function actors(server: TestServer): Omit<Crm, 'root'> {
  const anonymous = new Client(server);
  const asAdmin = async (method: string, path: string, headers: Record<string, string>, body?: unknown) => {
    const type = { 'Content-Type': 'application/json' };
    const call = body === undefined ? { headers } : { headers: { ...headers, ...type }, body: JSON.stringify(body) };
    const reply = await send(server.baseUrl, method, path, call);
    expect({ path, status: reply.status, text: reply.text }).toMatchObject({ status: 200 });
    return reply;
  };
  const accounts: Crm['accounts'] = async <T>(method: string, path: string, body?: unknown) =>
    (await asAdmin(method, `/client/v4/accounts${path}`, { Authorization: `Bearer ${ADMIN.token}` }, body)).json<{
      result: T;
    }>().result;
  const users: Crm['users'] = async <T>(method: string, path: string, body?: unknown) =>
    (await asAdmin(method, `/api/v1/users${path}`, { 'Private-Token': ADMIN.token }, body)).json<T>();
  const login: Crm['login'] = async ({ email, password }, organisation = ACCOUNT.name, more = {}) => {
    const reply = await anonymous.post('authentication/token', { username: email, password, organisation, ...more });
    return new Client(server, data<{ token: string }>(reply).token);
  };
  const person: Crm['person'] = async (fields = {}) => {
    const values = { email: `${unique('person')}@example.com`, password: unique('password'), name: unique('Name') };
    const { id } = await users<{ id: number }>('POST', '', { ...values, ...fields });
    return { ...values, ...fields, id };
  };
  const join: Crm['join'] = async ({ email }, role = 'administrator', accountId = ACCOUNT.id) =>
    (await accounts<{ id: string }>('POST', `/${accountId}/members`, { email, roles: [role] })).id;
  const member: Crm['member'] = async (role) => {
    const somebody = await person();
    await join(somebody, role);
    return login(somebody);
  };
  const organisation: Crm['organisation'] = async () => {
    const name = unique('Organisation');
    const { id } = await accounts<{ id: string }>('POST', '', { name });
    return { id, name, root: await login(ADMIN, name) };
  };
  return { server, anonymous, login, person, join, member, organisation, accounts, users };
}

/** A suite on both engines, with one server for each; available in hooks and tests. */
export function crmSuite(name: string, suite: (crm: Crm) => void, env: Record<string, string> = {}): void {
  onBothEngines(name, (engine) => {
    const crm = {} as Crm;
    beforeAll(async () => {
      const server = await startInMount(engine, env);
      const everybody = actors(server);
      Object.assign(crm, everybody, { root: await everybody.login(ADMIN) });
    });
    afterAll(() => crm.server.close());
    suite(crm);
  });
}

/** A new access token with all members, which can be replaced. */
export async function make(client: Client, members: Members = {}): Promise<Made> {
  const values = { authentication_code: unique('code'), identifier: unique('identifier'), pass_code: unique('pass') };
  const reply = await client.post('access_tokens/create', { ...values, ...members });
  const given = { ...values, ...members };
  const token = data<AccessToken>(reply);
  return { token, code: token.authentication_code, identifier: given.identifier, passCode: given.pass_code };
}

/** How a request identifies an access token: by its code, or by identifier and pass code. */
export const byCode = (code: string): Members => ({ access_token_identifier: { authentication_code: code } });

export const byIdentifier = ({ identifier, passCode }: Pick<Made, 'identifier' | 'passCode'>): Members => ({
  access_token_identifier: { identifier, pass_code: passCode },
});

/** What `show` returns for an access token. */
export async function shown(client: Client, code: string): Promise<AccessToken> {
  return data<AccessToken>(await client.post('access_tokens/show', byCode(code)));
}
