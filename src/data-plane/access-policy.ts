/** Access policies: which valid tokens are let in, all of them or those of certain kinds and accounts. */
import type { Acceptance } from '../core/index.js';

/** What narrows who is let in; a list that is absent narrows nothing, one that is empty admits nobody. */
export interface AccessPolicy {
  /** Kinds of token, of those that can be presented. */
  readonly kinds?: readonly string[] | undefined;
  /** Account ids, 32 lower-case hex characters: tokens that belong to none are not admitted then. */
  readonly accounts?: readonly string[] | undefined;
}

/** The rule cannot be understood: rather than admit everybody, it admits nobody and says why. */
export class PolicyError extends Error {}

export function admits({ kinds, accounts }: AccessPolicy, { token }: Acceptance): boolean {
  if (kinds && !kinds.includes(token.kind)) return false;
  return !accounts || (token.accountId !== null && accounts.includes(token.accountId));
}

/** What two rules both admit. */
export function intersect(one: AccessPolicy, other: AccessPolicy): AccessPolicy {
  return { kinds: intersectLists(one.kinds, other.kinds), accounts: intersectLists(one.accounts, other.accounts) };
}

function intersectLists<T>(one: readonly T[] | undefined, other: readonly T[] | undefined): readonly T[] | undefined {
  return one && other ? one.filter((value) => other.includes(value)) : (one ?? other);
}

const ACCOUNT_ID = /^[0-9a-f]{32}$/;

/**
 * Reads a rule as it stands in a query: `kind` and `account`, each any number of times or with commas.
 * @param known - kinds of token that can be presented
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

/** @throws PolicyError for a kind of which no token can be presented */
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
