/** Who may do what: every documented operation, each with a request that succeeds for callers with permission. */
import { randomUUID } from 'node:crypto';
import { send } from '../../support/http.js';
import { ADMIN } from '../../support/test-server.js';
import type { Caller, Rights } from './callers.js';
import type { Outcome } from './outcomes.js';
import { PEOPLE_AND_ACCOUNTS } from './people-and-accounts.js';
import type { Api } from './presentations.js';
import type { World } from './world.js';

/** Who may call an operation. An account that is not the caller's own is account A. */
export type Who =
  | 'anyone'
  | 'any user'
  | 'administrators of the server'
  | 'members of A'
  | 'administrators of A'
  | 'members of their account'
  | 'administrators of their account'
  | 'members of A, and its services'
  | 'any user, any service'
  | 'nobody';

export interface Operation {
  readonly who: Who;
  /** The values of the parameters in the path. */
  readonly path?: (world: World, caller: Caller) => Readonly<Record<string, string | number>>;
  readonly query?: (world: World, caller: Caller) => Readonly<Record<string, string>>;
  readonly body?: (world: World, caller: Caller) => object;
  /** How authenticated callers without permission are refused. Default: `not permitted`. */
  readonly refusal?: (caller: Caller) => Outcome;
  /** Whether it can be done any number of times to the same things; those by GET can. */
  readonly isRepeatable?: boolean;
  /** Whether it serves tokens with scopes as well. */
  readonly servesScopes?: boolean;
  /** Whether consumers may call it too, or only they; or do, but find nothing of others. Default: they may not. */
  readonly consumers?: 'too' | 'only' | 'see others not';
  /** What callers with permission get. Default: `done`. */
  readonly answer?: Outcome;
  /** What has to be there for callers with permission, done before each of their calls. */
  readonly prepare?: (world: World) => Promise<unknown>;
  /** Whether its own parameters are credentials. It can be repeated, too. */
  readonly isLogin?: boolean;
}

const ofUser = ({ user }: World): { id: number } => ({ id: user.userId });
const ofUserToken = ({ user }: World): { id: number; tokenId: string } => ({ id: user.userId, tokenId: user.tokenId });
const ofSelf = ({ user }: World, { self = user }: Caller): { id: number } => ({ id: self.userId });
const ofSelfToken = ({ user }: World, { self = user }: Caller): { id: number; tokenId: string } => ({
  id: self.userId,
  tokenId: self.tokenId,
});

const description = (): object => ({ description: 'another description' });
const newName = (): object => ({ name: `name ${randomUUID()}` });

/** The same operation on another user's object, and on the caller's own. */
function onOthersAndOneself(
  operation: Omit<Operation, 'who' | 'path'>,
  onOneself: Omit<Operation, 'path'> = { ...operation, who: 'any user' },
): Operation[] {
  return [
    { ...operation, who: 'administrators of the server', path: ofUser },
    { ...onOneself, path: ofSelf },
  ];
}

function onTokensOfOthersAndOnesOwn(operation: Omit<Operation, 'who' | 'path'>): Operation[] {
  return [
    { ...operation, who: 'administrators of the server', path: ofUserToken },
    { ...operation, who: 'any user', path: ofSelfToken },
  ];
}

const FOR_ADMINISTRATORS = { who: 'administrators of the server' } as const;

const ofGroup = ({ groupId }: World): { groupId: number } => ({ groupId });
const ofGroupMember = (world: World): { groupId: number; memberId: number } => ({
  ...ofGroup(world),
  memberId: world.user.userId,
});
const onGroups: readonly Operation[] = [
  { who: 'administrators of the server', path: ofGroup, refusal: () => 'hidden' },
  { who: 'any user', path: () => ({ groupId: 1 }) },
];

const CANVUS: Readonly<Record<string, Operation | readonly Operation[]>> = {
  'GET /api/v1/audit-log': FOR_ADMINISTRATORS,
  'GET /api/v1/audit-log/export-csv': FOR_ADMINISTRATORS,
  'GET /api/v1/canvases': FOR_ADMINISTRATORS,
  'GET /api/v1/clients': FOR_ADMINISTRATORS,
  'GET /api/v1/license': FOR_ADMINISTRATORS,
  'GET /api/v1/workspaces': FOR_ADMINISTRATORS,
  'GET /api/v1/server-config': { who: 'anyone' },
  'PATCH /api/v1/server-config': {
    ...FOR_ADMINISTRATORS,
    body: () => ({ external_url: `https://${randomUUID()}.example.com` }),
  },
  'GET /api/v1/server-info': { who: 'anyone' },
  'GET /api/v1/groups': { who: 'any user' },
  'POST /api/v1/groups': { ...FOR_ADMINISTRATORS, body: newName },
  'DELETE /api/v1/groups/{groupId}': { ...FOR_ADMINISTRATORS, path: ofGroup },
  'GET /api/v1/groups/{groupId}': onGroups,
  'PATCH /api/v1/groups/{groupId}': { ...FOR_ADMINISTRATORS, path: ofGroup, body: newName },
  'GET /api/v1/groups/{groupId}/members': onGroups,
  'POST /api/v1/groups/{groupId}/members': {
    ...FOR_ADMINISTRATORS,
    path: ofGroup,
    body: ({ member }) => ({ id: member.userId }),
  },
  'DELETE /api/v1/groups/{groupId}/members/{memberId}': { ...FOR_ADMINISTRATORS, path: ofGroupMember },
  'GET /api/v1/users': { who: 'any user' },
  'POST /api/v1/users': {
    ...FOR_ADMINISTRATORS,
    body: () => ({ email: `${randomUUID()}@example.com`, name: 'Somebody new' }),
  },
  'POST /api/v1/users/login': {
    who: 'anyone',
    body: () => ({ email: ADMIN.email, password: ADMIN.password }),
    isLogin: true,
  },
  'POST /api/v1/users/logout': { who: 'any user', body: () => ({}) },
  'DELETE /api/v1/users/{id}': onOthersAndOneself(
    {},
    { who: 'nobody', refusal: ({ rights }) => (rights.admin ? 'not oneself' : 'not permitted') },
  ),
  'GET /api/v1/users/{id}': [
    { who: 'members of A', path: ({ member }) => ({ id: member.userId }), refusal: () => 'hidden' },
    { who: 'administrators of the server', path: ofUser, refusal: () => 'hidden' },
    { who: 'any user', path: ofSelf },
  ],
  'PATCH /api/v1/users/{id}': onOthersAndOneself({ body: newName }),
  'GET /api/v1/users/{id}/access-tokens': onOthersAndOneself({}),
  'POST /api/v1/users/{id}/access-tokens': onOthersAndOneself({ body: description }),
  'DELETE /api/v1/users/{id}/access-tokens/{tokenId}': onTokensOfOthersAndOnesOwn({}),
  'GET /api/v1/users/{id}/access-tokens/{tokenId}': onTokensOfOthersAndOnesOwn({}),
  'PATCH /api/v1/users/{id}/access-tokens/{tokenId}': onTokensOfOthersAndOnesOwn({ body: description }),
  'POST /api/v1/users/{id}/approve': onOthersAndOneself({}, FOR_ADMINISTRATORS),
  'POST /api/v1/users/{id}/block': onOthersAndOneself({}),
  'POST /api/v1/users/{id}/password': onOthersAndOneself({
    body: (_, { self }) => ({ current_password: self?.password, new_password: `new password ${randomUUID()}` }),
  }),
  'POST /api/v1/users/{id}/unblock': onOthersAndOneself({}, FOR_ADMINISTRATORS),
};

const ofAccount = ({ a }: World): { accountId: string } => ({ accountId: a.id });
const ofMember = (world: World): { accountId: string; memberId: string } => ({
  ...ofAccount(world),
  memberId: world.memberId,
});
type Path = NonNullable<Operation['path']>;

const READ = { who: 'members of A' } as const;
const CHANGE = { who: 'administrators of A' } as const;

const newPolicy = (): object => ({ ...newName(), decision: 'allow', include: [{ everyone: {} }] });
const newApplication = ({ a }: World): object => ({ ...newName(), domain: `x.${a.id}.example` });
const newOrganization = ({ a }: World): object => ({ ...newName(), auth_domain: `y.${a.id}.example` });
const withOrganization = (world: World): Promise<unknown> =>
  send(world.server.baseUrl, 'POST', `/client/v4/accounts/${world.a.id}/access/organizations`, {
    headers: { Authorization: `Bearer ${ADMIN.token}` },
    body: JSON.stringify(newOrganization(world)),
  });

/** Below accounts and zones. @param ofOwner - the account or the zone */
function accessOf(prefix: string, ofOwner: Path): typeof CANVUS {
  const ofToken: Path = (world, caller) => ({ ...ofOwner(world, caller), tokenId: world.serviceToken.id });
  const ofApplication: Path = (world, caller) => ({
    ...ofOwner(world, caller),
    applicationId: world.applicationId,
  });
  const ofPolicy: Path = (world, caller) => ({ ...ofApplication(world, caller), policyId: world.policyId });
  const at = `/client/v4/${prefix}/access`;
  const tokens = `${at}/service_tokens`;
  const applications = `${at}/apps`;
  const policies = `${applications}/{applicationId}/policies`;
  return {
    [`GET ${tokens}`]: { ...READ, path: ofOwner },
    [`POST ${tokens}`]: { ...CHANGE, path: ofOwner, body: newName },
    [`DELETE ${tokens}/{tokenId}`]: { ...CHANGE, path: ofToken },
    [`GET ${tokens}/{tokenId}`]: { ...READ, path: ofToken },
    [`PUT ${tokens}/{tokenId}`]: { ...CHANGE, path: ofToken, body: newName },
    [`POST ${tokens}/{tokenId}/refresh`]: { ...CHANGE, path: ofToken },
    [`POST ${tokens}/{tokenId}/rotate`]: { ...CHANGE, path: ofToken },
    [`GET ${applications}`]: { ...READ, path: ofOwner },
    [`POST ${applications}`]: { ...CHANGE, path: ofOwner, body: newApplication },
    [`DELETE ${applications}/{applicationId}`]: { ...CHANGE, path: ofApplication },
    [`GET ${applications}/{applicationId}`]: { ...READ, path: ofApplication },
    [`PUT ${applications}/{applicationId}`]: { ...CHANGE, path: ofApplication, body: newApplication },
    [`GET ${policies}`]: { ...READ, path: ofApplication },
    [`POST ${policies}`]: { ...CHANGE, path: ofApplication, body: newPolicy },
    [`DELETE ${policies}/{policyId}`]: { ...CHANGE, path: ofPolicy },
    [`GET ${policies}/{policyId}`]: { ...READ, path: ofPolicy },
    [`PUT ${policies}/{policyId}`]: { ...CHANGE, path: ofPolicy, body: newPolicy },
    [`GET ${at}/groups`]: { ...READ, path: ofOwner },
    [`GET ${at}/organizations`]: { ...READ, path: ofOwner, prepare: withOrganization },
    [`PATCH ${at}/organizations`]: { ...CHANGE, path: ofOwner, body: newName, prepare: withOrganization },
    [`POST ${at}/organizations`]: { ...CHANGE, path: ofOwner, body: newOrganization },
    [`PUT ${at}/organizations`]: { ...CHANGE, path: ofOwner, body: newName, prepare: withOrganization },
  };
}

const ofReusablePolicy: Path = (world) => ({ ...ofAccount(world), policyId: world.reusablePolicyId });
const ofZone: Path = ({ zoneId }) => ({ zoneId });
const POLICIES = '/client/v4/accounts/{accountId}/access/policies';

const CLOUDFLARE: typeof CANVUS = {
  ...accessOf('accounts/{accountId}', ofAccount),
  ...accessOf('zones/{zoneId}', ofZone),
  [`GET ${POLICIES}`]: { ...READ, path: ofAccount },
  [`POST ${POLICIES}`]: { ...CHANGE, path: ofAccount, body: newPolicy },
  [`DELETE ${POLICIES}/{policyId}`]: { ...CHANGE, path: ofReusablePolicy },
  [`GET ${POLICIES}/{policyId}`]: { ...READ, path: ofReusablePolicy },
  [`PUT ${POLICIES}/{policyId}`]: { ...CHANGE, path: ofReusablePolicy, body: newPolicy },
  // Tokens of users, which all are, are not accepted there.
  'GET /client/v4/accounts/{accountId}/tokens/verify': {
    ...READ,
    path: ofAccount,
    answer: 'unauthenticated',
  },
  'GET /client/v4/zones': { who: 'any user' },
  'POST /client/v4/zones': {
    ...FOR_ADMINISTRATORS,
    body: ({ a }) => ({ name: `${randomUUID()}.example`, account: { id: a.id } }),
  },
  'DELETE /client/v4/zones/{zoneId}': { ...FOR_ADMINISTRATORS, path: ofZone },
  'GET /client/v4/zones/{zoneId}': { ...READ, path: ofZone },
  'GET /client/v4/user': { who: 'any user' },
  'GET /client/v4/memberships': { who: 'any user' },
  'GET /client/v4/accounts': { who: 'any user' },
  'POST /client/v4/accounts': { ...FOR_ADMINISTRATORS, body: newName },
  'DELETE /client/v4/accounts/{accountId}': { ...FOR_ADMINISTRATORS, path: ofAccount },
  'GET /client/v4/accounts/{accountId}': { who: 'members of A', path: ofAccount },
  'PUT /client/v4/accounts/{accountId}': { who: 'administrators of A', path: ofAccount, body: newName },
  'GET /client/v4/accounts/{accountId}/members': { who: 'members of A', path: ofAccount },
  'POST /client/v4/accounts/{accountId}/members': {
    who: 'administrators of A',
    path: ofAccount,
    body: ({ user }) => ({ email: user.email, roles: ['administrator'] }),
  },
  'DELETE /client/v4/accounts/{accountId}/members/{memberId}': { who: 'administrators of A', path: ofMember },
  'GET /client/v4/accounts/{accountId}/members/{memberId}': { who: 'members of A', path: ofMember },
  'PUT /client/v4/accounts/{accountId}/members/{memberId}': {
    who: 'administrators of A',
    path: ofMember,
    body: () => ({ roles: ['administrator'] }),
  },
  'GET /client/v4/user/tokens/verify': { who: 'any user' },
  'GET /cdn-cgi/access/certs': { who: 'anyone' },
};

/** Callers of another organisation find nothing; those of this one without permission get an error that says so. */
const inAnother = ({ account }: Caller): Outcome => (account === 'b' ? 'hidden' : 'not permitted');
const named = (code: string): object => ({ access_token_identifier: { authentication_code: code } });
const namedInQuery = ({ effective }: World): Record<string, string> => ({
  access_token_identifier: `authentication_code=${effective}`,
});
const TEN = { who: 'members of their account', query: () => ({ number: '10' }) } as const;

const CRM: typeof CANVUS = {
  'POST /crmapi/rest/v2/access_tokens/create': {
    who: 'administrators of their account',
    body: () => ({ identifier: randomUUID(), pass_code: '12345' }),
  },
  'POST /crmapi/rest/v2/access_tokens/change_pass_code': {
    who: 'administrators of A',
    consumers: 'only',
    isRepeatable: true,
    body: () => ({ pass_code: randomUUID() }),
  },
  'GET /crmapi/rest/v2/access_tokens/get_not_associated': TEN,
  'GET /crmapi/rest/v2/access_tokens/list': { ...TEN, consumers: 'too' },
  'POST /crmapi/rest/v2/access_tokens/list': {
    who: 'members of their account',
    consumers: 'too',
    isRepeatable: true,
    body: () => ({ number: 10 }),
  },
  'POST /crmapi/rest/v2/access_tokens/reset_pass_code': {
    who: 'administrators of A',
    refusal: inAnother,
    body: ({ effective }) => ({ authentication_code: effective }),
  },
  'POST /crmapi/rest/v2/access_tokens/set_as_effective': {
    who: 'administrators of A',
    refusal: inAnother,
    body: ({ notEffective }) => named(notEffective),
  },
  'POST /crmapi/rest/v2/access_tokens/set_as_not_effective': {
    who: 'administrators of A',
    refusal: inAnother,
    body: ({ effective }) => named(effective),
  },
  'GET /crmapi/rest/v2/access_tokens/show': {
    who: 'members of A',
    consumers: 'see others not',
    refusal: inAnother,
    query: namedInQuery,
  },
  'POST /crmapi/rest/v2/access_tokens/show': {
    who: 'members of A',
    consumers: 'see others not',
    refusal: inAnother,
    isRepeatable: true,
    body: ({ effective }) => named(effective),
  },
  'POST /crmapi/rest/v2/access_tokens/update': {
    who: 'administrators of A',
    refusal: inAnother,
    body: ({ effective }) => ({ ...named(effective), authentication_code: randomUUID() }),
  },
  'POST /crmapi/rest/v2/authentication/token': {
    who: 'anyone',
    body: ({ a }) => ({ username: ADMIN.email, password: ADMIN.password, organisation: a.name }),
    isLogin: true,
  },
  // None of the credentials presented is a key in its place.
  'POST /crmapi/rest/v2/authentication/web_api_key/token': { who: 'anyone', isLogin: true, answer: 'unauthenticated' },
  'POST /crmapi/rest/v2/authentication/consumer_application_key/token': {
    who: 'anyone',
    isLogin: true,
    body: ({ effective }) => named(effective),
    answer: 'unauthenticated',
  },
  'POST /crmapi/rest/v2/authentication/token/release': { who: 'members of their account', consumers: 'too' },
};

/** Members who only see a token are told so; others are not told that there is one. */
const OF_TOKEN = {
  who: 'administrators of A',
  path: ({ serviceToken }: World) => ({ tokenId: serviceToken.id }),
  refusal: ({ rights }: Caller): Outcome => (rights.a === 'read_only' ? 'not permitted' : 'hidden'),
} as const;

const withOverlap = ({ server, serviceToken }: World): Promise<unknown> =>
  send(server.baseUrl, 'POST', `/latchkey/v1/tokens/${serviceToken.id}/rotate`, {
    headers: { Authorization: `Bearer ${ADMIN.token}` },
    body: JSON.stringify({ overlap: '24h' }),
  });

const TOKENS = '/latchkey/v1/tokens';

const LATCHKEY: typeof CANVUS = {
  ...PEOPLE_AND_ACCOUNTS,
  [`GET ${TOKENS}`]: { who: 'any user', servesScopes: true },
  [`POST ${TOKENS}`]: { who: 'any user', body: () => ({ kind: 'personal_token', name: 'a token' }) },
  [`POST ${TOKENS}/bulk`]: {
    who: 'any user',
    servesScopes: true,
    body: () => ({ action: 'disable', ids: ['x'] }),
  },
  [`GET ${TOKENS}/export.csv`]: { who: 'any user', servesScopes: true },
  [`GET ${TOKENS}/{tokenId}`]: { ...OF_TOKEN, who: 'members of A', servesScopes: true },
  [`PATCH ${TOKENS}/{tokenId}`]: { ...OF_TOKEN, body: newName },
  [`DELETE ${TOKENS}/{tokenId}`]: OF_TOKEN,
  [`POST ${TOKENS}/{tokenId}/rotate`]: OF_TOKEN,
  [`POST ${TOKENS}/{tokenId}/renew`]: OF_TOKEN,
  [`POST ${TOKENS}/{tokenId}/overlap/end`]: { ...OF_TOKEN, prepare: withOverlap },
  [`PATCH ${TOKENS}/{tokenId}/overlap`]: {
    ...OF_TOKEN,
    prepare: withOverlap,
    body: () => ({ ends_at: '2099-01-01T00:00:00Z' }),
  },
  'POST /latchkey/v1/session': {
    who: 'anyone',
    body: () => ({ email: ADMIN.email, password: ADMIN.password }),
    isLogin: true,
  },
  // A parameter that they do not know is refused, whoever calls.
  'GET /latchkey/v1/session/ways': { who: 'anyone', isLogin: true },
  // The provider is not configured.
  'GET /latchkey/v1/session/openid': { who: 'anyone', isLogin: true, answer: 'hidden' },
  'GET /latchkey/v1/session/openid/callback': { who: 'anyone', isLogin: true, answer: 'hidden' },
  'GET /latchkey/v1/problems': { who: 'anyone', isLogin: true },
  'DELETE /latchkey/v1/session': { who: 'any user' },
  'GET /latchkey/v1/me': { who: 'any user' },
  'POST /latchkey/v1/me/password': {
    who: 'any user',
    body: (_, { self }) => ({ current_password: self?.password, new_password: `new password ${randomUUID()}` }),
  },
};

const DATA_PLANE: typeof CANVUS = {
  'POST /oauth2/introspect': {
    who: 'members of A, and its services',
    refusal: () => 'hidden',
    isRepeatable: true,
    body: ({ serviceToken }) => ({ token: serviceToken.client_secret }),
  },
  'POST /oauth2/revoke': {
    who: 'administrators of A',
    // A caller who may not see the token gets the same answer as if it had been revoked.
    refusal: ({ rights, account, kind, isScoped }) =>
      !isScoped && (rights.a !== undefined || (kind === 'service token' && account === 'a')) ? 'not permitted' : 'done',
    body: ({ serviceToken }) => ({ token: serviceToken.client_secret }),
  },
  'GET /verify': { who: 'any user, any service', servesScopes: true },
};

/** By method and path, as documented. */
export const OPERATIONS = new Map<string, readonly Operation[]>(
  Object.entries({ ...CANVUS, ...CLOUDFLARE, ...CRM, ...LATCHKEY, ...DATA_PLANE }).map(([label, given]) => [
    label,
    Array.isArray(given) ? (given as readonly Operation[]) : [given as Operation],
  ]),
);

/** @param label - of an operation */
export function apiOf(label: string): Api {
  if (label.includes(' /api/v1/')) return 'canvus';
  if (label.includes(' /client/v4/') || label.includes(' /cdn-cgi/')) return 'cloudflare';
  if (label.includes(' /crmapi/')) return 'crm';
  if (label.includes(' /latchkey/')) return 'latchkey';
  return label.includes(' /oauth2/') ? 'oauth' : 'verify';
}

/** Whether an authenticated caller may call an operation. */
export function isFor(who: Who, { rights, account, kind }: Caller): boolean {
  const isService = kind === 'service token';
  const { admin = false, a } = rights;
  switch (who) {
    case 'anyone':
    case 'any user, any service':
      return true;
    case 'any user':
      return !isService;
    case 'administrators of the server':
      return admin;
    case 'members of A':
      return admin || a !== undefined;
    case 'administrators of A':
      return admin || a === 'administrator';
    case 'members of their account':
      return admin || roleIn(rights, account) !== undefined;
    case 'administrators of their account':
      return admin || roleIn(rights, account) === 'administrator';
    case 'members of A, and its services':
      return admin || a !== undefined || (isService && account === 'a');
    case 'nobody':
      return false;
  }
}

function roleIn({ a, b }: Rights, account: Caller['account']): Rights['a'] {
  return account === 'b' ? b : a;
}
