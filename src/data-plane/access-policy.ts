/** Access policies: which valid tokens are admitted, by their kind, their account, themselves, or their user. */
import { shownIdOf, type Acceptance, type CredentialForm } from '../core/index.js';
import type { Role, RolesByAccount } from '../identity/index.js';

/**
 * Restrictions on the admitted tokens; all that are given have to hold. An absent list restricts nothing; an empty list
 * admits nobody.
 */
export interface AccessPolicy {
  /** Admitted kinds of token; each must be one that can be presented. */
  readonly kinds?: readonly string[] | undefined;
  /** Ids of admitted accounts, 32 lower-case hex characters. Tokens without an account are then not admitted. */
  readonly accounts?: readonly string[] | undefined;
  /** Ids of admitted tokens, UUIDs in lower case. */
  readonly tokens?: readonly string[] | undefined;
  /** Ids of users, as their directory has them, whose personal tokens and logins are admitted. */
  readonly users?: readonly (string | number)[] | undefined;
  /**
   * Ids of accounts whose members are admitted, with their personal tokens and logins. Tokens of services, which are
   * members of nothing, are then not admitted.
   */
  readonly memberOf?: readonly string[] | undefined;
  /** The roles that members need in one of the accounts of `memberOf`, without which this is not valid. */
  readonly roles?: readonly Role[] | undefined;
  /**
   * Scopes, all of which the token has to hold (RFC 6749 §3.3). A token without scopes holds none. An empty list admits
   * nobody.
   */
  readonly scopes?: readonly string[] | undefined;
  /**
   * The application whose own policies have to admit as well: its audience tag (64 lower-case hex characters) or its id.
   * For `/verify` also {@link BY_HOST}.
   */
  readonly application?: string | undefined;
}

/** In the place of an application: the one at the host and path that a trusted proxy names. */
export const BY_HOST = 'host';

/** The policy is invalid. It admits nobody instead of everybody, and the message says why. */
export class PolicyError extends Error {}

/** Whether everything but the scopes and the membership of the user admits the token: see {@link holdsScopes}, {@link admitsMember}. */
export function admits({ kinds, accounts, tokens, users }: AccessPolicy, { token, owner }: Acceptance): boolean {
  if (kinds && !kinds.includes(token.kind)) return false;
  if (accounts && (token.accountId === null || !accounts.includes(token.accountId))) return false;
  if (tokens && !tokens.includes(token.id)) return false;
  return !users || (owner !== null && isAmong(users, shownIdOf(owner)));
}

function isAmong(users: readonly (string | number)[], id: string): boolean {
  return users.some((each) => String(each) === id);
}

/** Whether the token holds every scope that the policy asks for. */
export function holdsScopes({ scopes: wanted }: AccessPolicy, { scopes }: Acceptance): boolean {
  return wanted === undefined || (wanted.length > 0 && wanted.every((scope) => scopes.includes(scope)));
}

/** Whether the policy can admit a token of this form: without that, a credential of the form is none of its business. */
export function canAdmit({ kinds, accounts, users, memberOf }: AccessPolicy, form: CredentialForm): boolean {
  if (kinds && !form.kinds.some((kind) => kinds.includes(kind))) return false;
  if (form.belongsTo === 'account' && !(kinds && namedAccount({ accounts }) !== undefined)) return false;
  if (accounts && form.holder === 'users') return false;
  return (!users && !memberOf) || form.holder === 'users';
}

/** The only account that the policy admits; `undefined` if there are several, or none is named. */
export function namedAccount({ accounts = [] }: Pick<AccessPolicy, 'accounts'>): string | undefined {
  const [first, ...others] = accounts;
  return others.every((each) => each === first) ? first : undefined;
}

/** @param held - the roles of the user of the token */
export function admitsMember({ memberOf = [], roles }: AccessPolicy, held: RolesByAccount): boolean {
  return memberOf.some((account) => {
    const role = held.get(account);
    return role !== undefined && (!roles || roles.includes(role));
  });
}

/** Whether the policy says, in any way, whose tokens are admitted. One that does not admits the tokens of all accounts. */
export function namesHolders({ accounts, tokens, users, memberOf }: AccessPolicy): boolean {
  return accounts !== undefined || memberOf !== undefined || tokens !== undefined || users !== undefined;
}

/**
 * The policy with the conditions of both; of a list that both have, what is in both, but the scopes of both.
 * @throws PolicyError if both name applications, and different ones
 */
export function intersect(one: AccessPolicy, other: AccessPolicy): AccessPolicy {
  return {
    kinds: intersectLists(one.kinds, other.kinds),
    accounts: intersectLists(one.accounts, other.accounts),
    tokens: intersectLists(one.tokens, other.tokens),
    users: intersectLists(one.users?.map(String), other.users?.map(String)),
    memberOf: intersectLists(one.memberOf, other.memberOf),
    roles: intersectLists(one.roles, other.roles),
    scopes: allScopes(one.scopes, other.scopes),
    application: oneApplication(one.application, other.application),
  };
}

function oneApplication(one: string | undefined, other: string | undefined): string | undefined {
  if (one !== undefined && other !== undefined && one !== other) {
    throw new PolicyError('two applications are named; a route is guarded for one');
  }
  return one ?? other;
}

/** A list that admits nobody stays one. */
function allScopes(
  one: readonly string[] | undefined,
  other: readonly string[] | undefined,
): readonly string[] | undefined {
  if (!one || !other) return one ?? other;
  return one.length === 0 || other.length === 0 ? [] : [...new Set([...one, ...other])];
}

function intersectLists<T>(one: readonly T[] | undefined, other: readonly T[] | undefined): readonly T[] | undefined {
  return one && other ? one.filter((value) => other.includes(value)) : (one ?? other);
}
