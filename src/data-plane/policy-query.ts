/** Reads access policies from the query of `/verify`. */
import { ROLES, type Role } from '../identity/index.js';
import { isScope, splitScopes, type UserDirectory } from '../core/index.js';
import { BY_HOST, PolicyError, namedAccount, type AccessPolicy } from './access-policy.js';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** What ids of users look like. */
type UserIdForm = Pick<UserDirectory, 'isUserId' | 'userIdForm'>;

const ACCOUNT_ID = /^[0-9a-f]{32}$/;
const TOKEN_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const AUD = /^[0-9a-f]{64}$/;

/**
 * Reads a policy from a query: `kind`, `account`, `token`, `user`, `member_of` and `role`, each repeated any number of
 * times or separated by commas, `scope`, repeated or separated by spaces, and `app`, which is there once at most.
 * @param known - the kinds of token that can be presented
 * @param users - the directory, which knows what ids of users look like
 * @throws PolicyError
 */
export function readPolicy(query: string, known: readonly string[], users: UserIdForm): AccessPolicy {
  const policy: Writable<AccessPolicy> = {};
  for (const [name, text] of new URLSearchParams(query)) {
    if (name === 'scope') policy.scopes = [...(policy.scopes ?? []), ...scopesIn(text)];
    else addCondition(policy, name, text.split(','), { known, users });
  }
  checkRoles(policy);
  return policy;
}

/**
 * @param kindsOfAccounts - those whose tokens are unique in an account only
 * @throws PolicyError if such a kind is named, but not in which account
 */
export function checkAccount({ kinds = [], accounts }: AccessPolicy, kindsOfAccounts: readonly string[]): void {
  const kind = kinds.find((each) => kindsOfAccounts.includes(each));
  if (kind === undefined || accounts?.length === 0 || namedAccount({ accounts }) !== undefined) return;
  throw new PolicyError(
    `kind is ${kind}, whose tokens are only known within an account; give exactly one account as well`,
  );
}

function addCondition(
  policy: Writable<AccessPolicy>,
  name: string,
  values: readonly string[],
  { known, users }: { readonly known: readonly string[]; readonly users: UserIdForm },
): void {
  const added = <T>(present: readonly T[] | undefined, read: (text: string) => T): T[] => [
    ...(present ?? []),
    ...values.map(read),
  ];
  const account = (text: string): string => fitting(name, text, ACCOUNT_ID, '32 lower-case hex characters');
  switch (name) {
    case 'kind':
      policy.kinds = added(policy.kinds, (text) => knownKind(text, known));
      break;
    case 'account':
      policy.accounts = added(policy.accounts, account);
      break;
    case 'token':
      policy.tokens = added(policy.tokens, tokenId);
      break;
    case 'user':
      policy.users = added(policy.users, (text) => userId(text, users));
      break;
    case 'member_of':
      policy.memberOf = added(policy.memberOf, account);
      break;
    case 'role':
      policy.roles = added(policy.roles, role);
      break;
    case 'app':
      policy.application = onlyApplication(policy, values);
      break;
    default:
      throw new PolicyError(
        `the parameter ${quoted(name)} is not known; there are kind, account, token, user, member_of, role, scope and app`,
      );
  }
}

/** @throws PolicyError if roles are given, but not in which accounts */
export function checkRoles({ roles, memberOf }: AccessPolicy): void {
  if (roles && !memberOf) {
    throw new PolicyError('role has no meaning without member_of, which says in which account; give both');
  }
}

/** @throws PolicyError if no token of this kind can be presented */
export function knownKind(kind: string, known: readonly string[]): string {
  if (!known.includes(kind)) throw new PolicyError(`kind is ${quoted(kind)}; give one of ${known.join(', ')}`);
  return kind;
}

/** Does not repeat the text, which may be a secret that was taken for the id. */
function tokenId(text: string): string {
  if (!TOKEN_ID.test(text))
    throw new PolicyError('token is not the id of a token; give a lower-case UUID, never a secret');
  return text;
}

function userId(text: string, users: UserIdForm): string {
  if (users.isUserId(text)) return text;
  throw new PolicyError(`user is ${quoted(text)}; give the id of a user, ${users.userIdForm}`);
}

function onlyApplication({ application }: AccessPolicy, [text = '', ...more]: readonly string[]): string {
  if (application !== undefined || more.length > 0) {
    throw new PolicyError('app is given more than once; a rule is for one application');
  }

  if (text === BY_HOST || AUD.test(text) || TOKEN_ID.test(text)) return text;
  throw new PolicyError(
    `app is ${quoted(text)}; give the audience tag of an application (64 lower-case hex characters), its id (a ` +
      `lower-case UUID), or ${BY_HOST}`,
  );
}

function role(text: string): Role {
  const known = ROLES.find((each) => each === text);
  if (!known) throw new PolicyError(`role is ${quoted(text)}; give one of ${ROLES.join(', ')}`);
  return known;
}

/** Commas are part of a scope. */
function scopesIn(text: string): string[] {
  const scopes = splitScopes(text);
  checkScopes({ scopes });
  return scopes;
}

/** @throws PolicyError for a list without scopes, and for texts that no token can hold as one */
export function checkScopes({ scopes }: Pick<AccessPolicy, 'scopes'>): void {
  if (scopes === undefined) return;
  if (scopes.length === 0) throw new PolicyError('scope is empty; name at least one scope, or leave it out');
  const wrong = scopes.find((scope) => !isScope(scope));
  if (wrong === undefined) return;
  throw new PolicyError(
    `scope is ${quoted(wrong)}; give 1 to 100 printable ASCII characters without spaces, quotation marks and backslashes`,
  );
}

function fitting(name: string, text: string, form: RegExp, expected: string): string {
  if (!form.test(text)) throw new PolicyError(`${name} is ${quoted(text)}; give ${expected}`);
  return text;
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
