/** The callers of the authorisation matrix: who they are, and the one credential that they present. */
import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { send } from '../../support/http.js';
import { ADMIN } from '../../support/test-server.js';
import {
  callCanvus,
  callCloudflare,
  callCrm,
  consumerLogin,
  crmLogin,
  join,
  login,
  newAccessToken,
  newPerson,
  newServiceToken,
  type Person,
  type Role,
  type ServiceToken,
  type World,
} from './world.js';

/** What kind of credential it is, when it is accepted somewhere. */
export type Kind = 'personal token' | 'login' | 'CRM login' | 'consumer login' | 'service token';

export interface Rights {
  /** Whether they administer the server. */
  readonly admin?: boolean;
  /** Their role in account A, and in account B. */
  readonly a?: Role;
  readonly b?: Role;
}

export interface Caller {
  /** `null` for what is not accepted as a credential anywhere. */
  readonly kind: Kind | null;
  readonly secret: string;
  /** What goes with the secret where two things are presented: a client id, or an e-mail address. */
  readonly name: string;
  readonly rights: Rights;
  /** The account to which a service token belongs, or in which a CRM login acts. */
  readonly account?: 'a' | 'b';
  /** The credential is right, but its owner is blocked or not approved. */
  readonly isUnusable?: boolean;
  /** The credential has scopes, which no API for administrators asks for. */
  readonly isScoped?: boolean;
  /** The user behind the credential. */
  readonly self?: Person;
}

/** Creates a new caller of its kind. */
export type CallerKind = (world: World) => Promise<Caller>;

interface UserKind {
  /** What they have when they are given their credentials. */
  readonly rights: Rights;
  /** A change to them after that, and what they may do then. Default: none. */
  readonly after?: (world: World, person: Person, memberId: string) => Promise<unknown>;
  readonly becomes?: Rights | 'unusable' | 'gone';
}

const userPath = ({ userId }: Person): string => `/users/${String(userId)}`;

const USERS: Readonly<Record<string, UserKind>> = {
  'an administrator of the server': { rights: { admin: true } },
  'a user without an account': { rights: {} },
  'a read_only member of A': { rights: { a: 'read_only' } },
  'an administrator of A': { rights: { a: 'administrator' } },
  'an administrator of B': { rights: { b: 'administrator' } },
  'a removed administrator of A': {
    rights: { a: 'administrator' },
    after: ({ server, a }, _, memberId) => callCloudflare(server, 'DELETE', `/accounts/${a.id}/members/${memberId}`),
    becomes: {},
  },
  'a demoted administrator of the server': {
    rights: { admin: true },
    after: ({ server }, person) => callCanvus(server, 'PATCH', userPath(person), { admin: false }),
    becomes: {},
  },
  'a blocked administrator of A': {
    rights: { a: 'administrator' },
    after: ({ server }, person) => callCanvus(server, 'POST', `${userPath(person)}/block`),
    becomes: 'unusable',
  },
  'a deleted administrator of A': {
    rights: { a: 'administrator' },
    after: ({ server }, person) => callCanvus(server, 'DELETE', userPath(person)),
    becomes: 'gone',
  },
};

/** Of the caller with scopes. */
export const SCOPES = ['of:applications'] as const;

/** Whose keys applications have, with which consumers of A log in. */
const KEY_HOLDERS: readonly Rights[] = [{ admin: true }, { a: 'administrator' }, { a: 'read_only' }];

function consumerBy({ admin, a }: Rights): string {
  return `a consumer of A, with the key of ${admin === true ? 'an administrator of the server' : `a member who is ${String(a)}`}`;
}

/** By the caller and the credential. */
export const CALLERS: Readonly<Record<string, CallerKind>> = {
  ...Object.fromEntries(Object.entries(USERS).flatMap(([who, kind]) => credentialsOf(who, kind))),
  'an administrator of the server, by a personal token with scopes': scoped,
  'the personal token of an unapproved administrator of A': unapproved,
  'the revoked personal token of an administrator of A': revoked,
  'the logged-out login of an administrator of A': loggedOut,
  'the released CRM login of an administrator of A': released,
  ...Object.fromEntries(KEY_HOLDERS.map((rights) => [consumerBy(rights), (world: World) => consumer(world, rights)])),
  'a service token of A': ({ server, a }) => newServiceToken(server, a).then((token) => service(token, 'a')),
  'a service token of B': ({ server, b }) => newServiceToken(server, b).then((token) => service(token, 'b')),
  'a disabled service token of A': disabled,
  'an expired service token of A': expired,
  'a deleted service token of A': deleted,
  'the first secret of a rotated service token of A': rotated,
  'the code of an access token of A': async ({ server, a }) =>
    nothing(await newAccessToken(server, await crmLogin(server, ADMIN, a))),
  'the id of a personal token': ({ user }) => Promise.resolve(nothing(user.tokenId)),
  'the id of a service token': ({ serviceToken }) => Promise.resolve(nothing(serviceToken.id)),
  'a well-formed token that does not exist': () => Promise.resolve(nothing(randomBytes(32).toString('base64url'))),
  'a well-formed CRM login that does not exist': () =>
    Promise.resolve(nothing(randomBytes(16).toString('hex').toUpperCase())),
  'an empty text': () => Promise.resolve(nothing('')),
};

/** Every credential that a user can present. Users without an account cannot log in to one. */
function credentialsOf(who: string, kind: UserKind): [string, CallerKind][] {
  const { admin, a, b } = kind.rights;
  const canLogIn = admin === true || a !== undefined || b !== undefined;
  return [
    [`${who}, by a personal token`, (world) => user(world, kind, 'personal token')],
    [`${who}, by a login`, (world) => user(world, kind, 'login')],
    ...(canLogIn
      ? [[`${who}, by a CRM login`, (world: World) => user(world, kind, 'CRM login')] satisfies [string, CallerKind]]
      : []),
  ];
}

async function user(world: World, { rights, after, becomes }: UserKind, kind: Kind): Promise<Caller> {
  const { server } = world;
  const self = await newPerson(server, { admin: rights.admin ?? false });
  const memberIds = [
    ...(rights.a ? [await join(server, self, world.a, rights.a)] : []),
    ...(rights.b ? [await join(server, self, world.b, rights.b)] : []),
  ];
  const account = rights.b ? 'b' : 'a';
  const secret = await credential(world, self, kind, account);
  await after?.(world, self, memberIds[0] ?? '');
  const caller = { secret, name: self.email, rights: {}, account, self } as const;
  if (becomes === 'gone') return { ...caller, kind: null };
  // A login to an account ends with the membership that it was created for.
  if (becomes && kind === 'CRM login') return { ...caller, kind: null };
  if (becomes === 'unusable') return { ...caller, kind: null, isUnusable: true };
  return { ...caller, kind, rights: becomes ?? rights };
}

function credential(world: World, self: Person, kind: Kind, account: 'a' | 'b'): Promise<string> {
  if (kind === 'login') return login(world.server, self);
  if (kind === 'CRM login') return crmLogin(world.server, self, world[account]);
  return Promise.resolve(self.token);
}

async function unapproved({ server, a }: World): Promise<Caller> {
  const self = await newPerson(server, { approved: false });
  await join(server, self, a, 'administrator');
  return { ...nothing(self.token), name: self.email, isUnusable: true, self };
}

async function scoped({ server }: World): Promise<Caller> {
  const self = await newPerson(server, { admin: true });
  const made = await send(server.baseUrl, 'POST', '/latchkey/v1/tokens', {
    headers: { Authorization: `Bearer ${self.token}` },
    body: JSON.stringify({ kind: 'personal_token', name: 'limited', scopes: [...SCOPES] }),
  });
  const { token: secret = '' } = made.json<{ secret: { token?: string } }>().secret;
  return { kind: 'personal token', secret, name: self.email, rights: { admin: true }, self, isScoped: true };
}

async function revoked(world: World): Promise<Caller> {
  const { server } = world;
  const self = await administratorOfA(world);
  await callCanvus(server, 'DELETE', `${userPath(self)}/access-tokens/${self.tokenId}`);
  return { ...nothing(self.token), name: self.email };
}

async function loggedOut(world: World): Promise<Caller> {
  const { server } = world;
  const self = await administratorOfA(world);
  const secret = await login(server, self);
  await send(server.baseUrl, 'POST', '/api/v1/users/logout', { headers: { 'Private-Token': secret } });
  return { ...nothing(secret), name: self.email, self };
}

async function released(world: World): Promise<Caller> {
  const { server, a } = world;
  const self = await administratorOfA(world);
  const secret = await crmLogin(server, self, a);
  await callCrm(server, 'authentication/token/release', { token: secret });
  return { ...nothing(secret), name: self.email, self };
}

/** With an access token of their own. */
async function consumer({ server, a }: World, rights: Rights): Promise<Caller> {
  const self = await newPerson(server, { admin: rights.admin ?? false });
  if (rights.a) await join(server, self, a, rights.a);
  const code = await newAccessToken(server, await crmLogin(server, ADMIN, a), `${randomUUID()}@example.com`);
  const secret = await consumerLogin(server, self, a, code);
  return { kind: 'consumer login', secret, name: self.email, rights, account: 'a', self };
}

async function administratorOfA({ server, a }: World): Promise<Person> {
  const self = await newPerson(server);
  await join(server, self, a, 'administrator');
  return self;
}

async function disabled({ server, a }: World): Promise<Caller> {
  return refusedService(await newServiceToken(server, a, { enabled: false }));
}

async function expired({ server, a }: World): Promise<Caller> {
  const token = await newServiceToken(server, a, { duration: '1ms' });
  await delay(2);
  return refusedService(token);
}

async function deleted({ server, a }: World): Promise<Caller> {
  const token = await newServiceToken(server, a);
  await callCloudflare(server, 'DELETE', serviceTokenPath(a.id, token));
  return refusedService(token);
}

async function rotated({ server, a }: World): Promise<Caller> {
  const token = await newServiceToken(server, a);
  await callCloudflare(server, 'POST', `${serviceTokenPath(a.id, token)}/rotate`);
  return refusedService(token);
}

function serviceTokenPath(accountId: string, { id }: ServiceToken): string {
  return `/accounts/${accountId}/access/service_tokens/${id}`;
}

function service({ client_id: name, client_secret: secret }: ServiceToken, account: 'a' | 'b'): Caller {
  return { kind: 'service token', secret, name, rights: {}, account };
}

function refusedService(token: ServiceToken): Caller {
  return { ...service(token, 'a'), kind: null };
}

function nothing(secret: string): Caller {
  return { kind: null, secret, name: `${'0'.repeat(32)}.access`, rights: {} };
}
