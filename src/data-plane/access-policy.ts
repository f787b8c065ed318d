/** Access policies: admit all valid tokens, or only those of certain kinds and accounts. */
import type { Acceptance } from '../core/index.js';

/** Restrictions on the admitted tokens. An absent list restricts nothing; an empty list admits nobody. */
export interface AccessPolicy {
  /** Admitted kinds of token; each must be one that can be presented. */
  readonly kinds?: readonly string[] | undefined;
  /** Ids of admitted accounts, 32 lower-case hex characters. Tokens without an account are then not admitted. */
  readonly accounts?: readonly string[] | undefined;
}

/** The policy is invalid. It admits nobody instead of everybody, and the message says why. */
export class PolicyError extends Error {}

export function admits({ kinds, accounts }: AccessPolicy, { token }: Acceptance): boolean {
  if (kinds && !kinds.includes(token.kind)) return false;
  return !accounts || (token.accountId !== null && accounts.includes(token.accountId));
}

/** The policy that admits what both policies admit. */
export function intersect(one: AccessPolicy, other: AccessPolicy): AccessPolicy {
  return { kinds: intersectLists(one.kinds, other.kinds), accounts: intersectLists(one.accounts, other.accounts) };
}

function intersectLists<T>(one: readonly T[] | undefined, other: readonly T[] | undefined): readonly T[] | undefined {
  return one && other ? one.filter((value) => other.includes(value)) : (one ?? other);
}

const ACCOUNT_ID = /^[0-9a-f]{32}$/;

/**
 * Reads a policy from a query: `kind` and `account`, each repeated any number of times or separated by commas.
 * @param known - the kinds of token that can be presented
 * @throws PolicyError
 */
export function readPolicy(query: string, known: readonly string[]): AccessPolicy {
  const policy: { kinds?: string[]; accounts?: string[] } = {};
  for (const [name, text] of new URLSearchParams(query)) {
    const values = text.split(',');
    if (name === 'kind') policy.kinds = [...(policy.kinds ?? []), ...values.map((kind) => knownKind(kind, known))];
    else if (name === 'account') policy.accounts = [...(policy.accounts ?? []), ...values.map(account)];
    else throw new PolicyError(`the parameter ${quoted(name)} is not known; there are kind and account`);
  }
  return policy;
}

/** @throws PolicyError if no token of this kind can be presented */
export function knownKind(kind: string, known: readonly string[]): string {
  if (!known.includes(kind)) throw new PolicyError(`kind is ${quoted(kind)}; give one of ${known.join(', ')}`);
  return kind;
}

function account(text: string): string {
  if (!ACCOUNT_ID.test(text)) throw new PolicyError(`account is ${quoted(text)}; give 32 lower-case hex characters`);
  return text;
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
