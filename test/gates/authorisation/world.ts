/** The objects that the calls of the authorisation matrix act on: two accounts with tokens and members, and a user. */
import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import { send, type Reply } from '../../support/http.js';
import { ADMIN, type TestServer } from '../../support/test-server.js';

export type Role = 'administrator' | 'read_only';

export interface Account {
  readonly id: string;
  readonly name: string;
}

export interface ServiceToken {
  readonly id: string;
  readonly client_id: string;
  readonly client_secret: string;
}

/** A user with a password and a personal token. */
export interface Person {
  readonly userId: number;
  readonly email: string;
  readonly password: string;
  readonly tokenId: string;
  readonly token: string;
}

/** Most calls act on account A or on the user; account B is another tenant. */
export interface World {
  readonly server: TestServer;
  readonly a: Account;
  readonly b: Account;
  /** Of account A. */
  readonly serviceToken: ServiceToken;
  /** A member of account A, and the id of the membership. */
  readonly member: Person;
  readonly memberId: string;
  readonly user: Person;
  /** A group whose only member is the user. */
  readonly groupId: number;
  /** Of account A: a zone, an application with a policy of its own, and a reusable policy. */
  readonly zoneId: string;
  readonly applicationId: string;
  readonly policyId: string;
  readonly reusablePolicyId: string;
  /** The codes of two access tokens of account A. */
  readonly effective: string;
  readonly notEffective: string;
}

export async function newWorld(server: TestServer): Promise<World> {
  const [a, b, user, member] = await Promise.all([
    newAccount(server),
    newAccount(server),
    newPerson(server),
    newPerson(server, { approved: false }),
  ]);
  const [serviceToken, memberId, crm, access] = await Promise.all([
    newServiceToken(server, a),
    join(server, member, a, 'read_only'),
    crmLogin(server, ADMIN, a),
    newAccess(server, a),
  ]);
  const { id: groupId } = await callCanvus<{ id: number }>(server, 'POST', '/groups', { name: `Group of ${a.id}x` });
  await callCanvus(server, 'POST', `/groups/${String(groupId)}/members`, { id: user.userId });
  const [effective, notEffective] = await Promise.all([newAccessToken(server, crm), newAccessToken(server, crm)]);
  const named = { token: crm, access_token_identifier: { authentication_code: notEffective } };
  await callCrm(server, 'access_tokens/set_as_not_effective', named);
  return { server, a, b, serviceToken, member, memberId, user, groupId, effective, notEffective, ...access };
}

async function newAccess(
  server: TestServer,
  { id }: Account,
): Promise<Pick<World, 'zoneId' | 'applicationId' | 'policyId' | 'reusablePolicyId'>> {
  const create = <T>(path: string, body: object): Promise<T> => callCloudflare<T>(server, 'POST', path, body);
  const policy = { name: 'a policy', decision: 'allow', include: [{ everyone: {} }] };
  const [zone, application, reusable] = await Promise.all([
    create<{ id: string }>('/zones', { name: `${id}.example`, account: { id } }),
    create<{ id: string; policies: { id: string }[] }>(`/accounts/${id}/access/apps`, {
      domain: `${id}.example`,
      policies: [policy],
    }),
    create<{ id: string }>(`/accounts/${id}/access/policies`, policy),
  ]);
  const policyId = application.policies[0]?.id ?? '';
  return { zoneId: zone.id, applicationId: application.id, policyId, reusablePolicyId: reusable.id };
}

export async function newAccount(server: TestServer): Promise<Account> {
  const name = `Account ${randomUUID()}`;
  const { id } = await callCloudflare<{ id: string }>(server, 'POST', '/accounts', { name });
  return { id, name };
}

export async function newPerson(server: TestServer, fields: object = {}): Promise<Person> {
  const email = `${randomUUID()}@example.com`;
  const password = `password of ${email.slice(0, 8)}`;
  const { id: userId } = await callCanvus<{ id: number }>(server, 'POST', '/users', {
    email,
    password,
    name: 'A person',
    ...fields,
  });
  const { id: tokenId, plain_token: token } = await callCanvus<{ id: string; plain_token: string }>(
    server,
    'POST',
    `/users/${String(userId)}/access-tokens`,
    { description: 'key' },
  );
  return { userId, email, password, tokenId, token };
}

/** Makes a user a member of an account. @returns the id of the membership */
export async function join(server: TestServer, { email }: Person, { id }: Account, role: Role): Promise<string> {
  const path = `/accounts/${id}/members`;
  return (await callCloudflare<{ id: string }>(server, 'POST', path, { email, roles: [role] })).id;
}

/** A login of the user that is accepted wherever their personal token is. */
export async function login(server: TestServer, { email, password }: Person): Promise<string> {
  return (await callCanvus<{ token: string }>(server, 'POST', '/users/login', { email, password })).token;
}

export async function crmLogin(
  server: TestServer,
  { email: username, password }: Pick<Person, 'email' | 'password'>,
  { name: organisation }: Account,
): Promise<string> {
  const login = { username, password, organisation };
  return (await callCrm<{ token: string }>(server, 'authentication/token', login)).token;
}

/** Logs the consumer in who has an access token, with a personal token as the key. */
export async function consumerLogin(
  server: TestServer,
  { token }: Person,
  { id: organisation }: Account,
  code: string,
): Promise<string> {
  const reply = await send(server.baseUrl, 'POST', '/crmapi/rest/v2/authentication/consumer_application_key/token', {
    headers: { Authorization: `Basic ${Buffer.from(`${token}:`).toString('base64')}` },
    ...sent({ organisation, access_token_identifier: { authentication_code: code } }),
  });
  return succeeded(reply).json<{ data: { token: string } }>().data.token;
}

export function newServiceToken(server: TestServer, { id }: Account, fields: object = {}): Promise<ServiceToken> {
  const path = `/accounts/${id}/access/service_tokens`;
  return callCloudflare<ServiceToken>(server, 'POST', path, { name: 'a token', ...fields });
}

/** @returns its code */
export async function newAccessToken(
  server: TestServer,
  crmToken: string,
  identifier: string = randomUUID(),
): Promise<string> {
  const names = { identifier, pass_code: '12345' };
  const path = 'access_tokens/create';
  return (await callCrm<{ authentication_code: string }>(server, path, { token: crmToken, ...names }))
    .authentication_code;
}

/** A call by the administrator of the server, which must succeed. */
export async function callCanvus<T>(server: TestServer, method: string, path: string, body?: object): Promise<T> {
  const headers = { 'Private-Token': ADMIN.token };
  return succeeded(await send(server.baseUrl, method, `/api/v1${path}`, { headers, ...sent(body) })).json<T>();
}

/** The same for the API of the accounts. */
export async function callCloudflare<T>(server: TestServer, method: string, path: string, body?: object): Promise<T> {
  const headers = { Authorization: `Bearer ${ADMIN.token}` };
  const reply = await send(server.baseUrl, method, `/client/v4${path}`, { headers, ...sent(body) });
  return succeeded(reply).json<{ result: T }>().result;
}

/** A call of a CRM method, which must succeed. */
export async function callCrm<T>(server: TestServer, path: string, body: object): Promise<T> {
  const reply = await send(server.baseUrl, 'POST', `/crmapi/rest/v2/${path}`, sent(body));
  const { status, data } = succeeded(reply).json<{ status: { code: string }; data: T }>();
  expect(status).toMatchObject({ code: 'OK' });
  return data;
}

function sent(body: object | undefined): { body?: string } {
  return body === undefined ? {} : { body: JSON.stringify(body) };
}

function succeeded(reply: Reply): Reply {
  expect([reply.status, reply.text]).toEqual([reply.status === 201 ? 201 : 200, expect.any(String)]);
  return reply;
}
