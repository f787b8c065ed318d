/** Every route of the dialect, with a request that succeeds for permitted callers. */
import {
  memberPath,
  membersOf,
  tokenPath,
  tokensOf,
  type Cloudflare,
  type Person,
  type ServiceTokenWithSecret,
} from './support.js';

/** The resources in the path of a route: a new account with one token and one member besides the caller. */
export interface Scene {
  readonly account: string;
  readonly token: ServiceTokenWithSecret;
  readonly member: Person & { readonly memberId: string };
  /** A user who is not a member yet. */
  readonly stranger: Person;
}

export async function newScene(cf: Cloudflare): Promise<Scene> {
  const account = await cf.account();
  const token = await cf.token(account);
  const member = await cf.memberOf(account, 'read_only');
  return { account, token, member, stranger: await cf.person() };
}

/** Who may call it, besides administrators of the server. */
export type Admitted = 'any user' | 'members' | 'administrators' | 'nobody else';

export interface Route {
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: (scene: Scene) => string;
  readonly body?: (scene: Scene) => unknown;
  readonly admits: Admitted;
  readonly success: number;
}

const token = ({ account, token }: Scene): string => tokenPath(account, token.id);
const member = ({ account, member }: Scene): string => memberPath(account, member.memberId);
const account = (scene: Scene): string => `/accounts/${scene.account}`;
const read = { method: 'GET', success: 200 } as const;
const newName = (scene: Scene): unknown => ({ name: `new name ${scene.token.id}` });

export const SERVICE_TOKEN_ROUTES: Route[] = [
  {
    name: 'create a service token',
    method: 'POST',
    path: (scene) => tokensOf(scene.account),
    body: newName,
    admits: 'administrators',
    success: 201,
  },
  { name: 'list service tokens', ...read, path: (scene) => tokensOf(scene.account), admits: 'members' },
  { name: 'get a service token', ...read, path: token, admits: 'members' },
  {
    name: 'update a service token',
    method: 'PUT',
    path: token,
    body: newName,
    admits: 'administrators',
    success: 200,
  },
  { name: 'delete a service token', method: 'DELETE', path: token, admits: 'administrators', success: 200 },
  {
    name: 'refresh a service token',
    method: 'POST',
    path: (scene) => `${token(scene)}/refresh`,
    admits: 'administrators',
    success: 200,
  },
  {
    name: 'rotate a service token',
    method: 'POST',
    path: (scene) => `${token(scene)}/rotate`,
    admits: 'administrators',
    success: 200,
  },
];

const ACCOUNT_ROUTES: Route[] = [
  { name: 'list accounts', ...read, path: () => '/accounts', admits: 'any user' },
  { name: 'get an account', ...read, path: account, admits: 'members' },
  {
    name: 'create an account',
    method: 'POST',
    path: () => '/accounts',
    body: newName,
    admits: 'nobody else',
    success: 200,
  },
  { name: 'rename an account', method: 'PUT', path: account, body: newName, admits: 'administrators', success: 200 },
  { name: 'delete an account', method: 'DELETE', path: account, admits: 'nobody else', success: 200 },
];

const MEMBER_ROUTES: Route[] = [
  { name: 'list members', ...read, path: (scene) => membersOf(scene.account), admits: 'members' },
  { name: 'get a member', ...read, path: member, admits: 'members' },
  {
    name: 'add a member',
    method: 'POST',
    path: (scene) => membersOf(scene.account),
    body: ({ stranger }) => ({ email: stranger.email, roles: ['read_only'] }),
    admits: 'administrators',
    success: 200,
  },
  {
    name: 'change a member',
    method: 'PUT',
    path: member,
    body: () => ({ roles: ['administrator'] }),
    admits: 'administrators',
    success: 200,
  },
  { name: 'remove a member', method: 'DELETE', path: member, admits: 'administrators', success: 200 },
];

const VERIFY: Route = { name: 'verify a token', ...read, path: () => '/user/tokens/verify', admits: 'any user' };

export const ROUTES: Route[] = [...SERVICE_TOKEN_ROUTES, ...ACCOUNT_ROUTES, ...MEMBER_ROUTES, VERIFY];

/** Those below one account. */
export const ROUTES_OF_AN_ACCOUNT = ROUTES.filter(({ admits }) => admits === 'members' || admits === 'administrators');

/** For `it.each`. */
export function named(routes: Route[]): [name: string, route: Route][] {
  return routes.map((route) => [route.name, route]);
}
