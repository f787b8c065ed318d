/** Tells which rights the groups of a person at an OpenID provider give here. */
import type { Role } from '../membership.entity.js';

/**
 * What each group gives, by its name at the provider; `*` stands for everybody. The values are `user` (may sign in),
 * `administrator` (of the server), `<account id>:administrator` and `<account id>:read_only`.
 */
export type GroupGrants = Readonly<Record<string, readonly string[]>>;

/** The rights that somebody is to have. */
export interface GroupRights {
  /** Whether they are an administrator of the server; `null` if no group gives or takes that. */
  readonly admin: boolean | null;
  /** Their role in each account that some group has a role in; `null` for none. */
  readonly roles: ReadonlyMap<string, Role | null>;
  /** Whether they may sign in: one of their groups gives something. */
  readonly maySignIn: boolean;
}

const EVERYBODY = '*';
const ADMINISTRATOR = 'administrator';
const GRANT = /^(?:user|administrator|[0-9a-f]{32}:(?:administrator|read_only))$/;

export function isGrant(text: string): boolean {
  return GRANT.test(text);
}

/** The accounts in which some group has a role. */
export function accountsIn(grants: GroupGrants): string[] {
  return [...new Set(all(grants).flatMap((grant) => roleIn(grant)?.accountId ?? []))];
}

/** What the groups of somebody give. What no group gives to anybody is left as it is. */
export function rightsOf(grants: GroupGrants, groups: readonly string[]): GroupRights {
  const given = [EVERYBODY, ...groups].flatMap((group) => (Object.hasOwn(grants, group) ? (grants[group] ?? []) : []));
  const roles = new Map<string, Role | null>(accountsIn(grants).map((id) => [id, null]));
  for (const { accountId, role } of given.flatMap((grant) => roleIn(grant) ?? [])) {
    if (roles.get(accountId) !== 'administrator') roles.set(accountId, role);
  }
  return {
    admin: all(grants).includes(ADMINISTRATOR) ? given.includes(ADMINISTRATOR) : null,
    roles,
    maySignIn: given.length > 0,
  };
}

function all(grants: GroupGrants): string[] {
  return Object.values(grants).flat();
}

function roleIn(grant: string): { readonly accountId: string; readonly role: Role } | undefined {
  const [accountId = '', role] = grant.split(':');
  return role === 'administrator' || role === 'read_only' ? { accountId, role } : undefined;
}
