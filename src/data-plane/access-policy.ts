/** Access policies: which valid tokens are let in, all of them or those of certain kinds and accounts. */
import type { Acceptance } from '../core/index.js';

/** Kinds of token that can be presented. */
export const ADMITTED_KINDS = ['service_token', 'personal_token', 'session'] as const;
/** One of {@link ADMITTED_KINDS}. */
export type AdmittedKind = (typeof ADMITTED_KINDS)[number];

/** What narrows who is let in; a list that is absent narrows nothing, one that is empty admits nobody. */
export interface AccessPolicy {
  readonly kinds?: readonly AdmittedKind[] | undefined;
  /** Account ids, 32 lower-case hex characters: tokens that belong to none are not admitted then. */
  readonly accounts?: readonly string[] | undefined;
}

/** The rule cannot be understood: rather than admit everybody, it admits nobody and says why. */
export class PolicyError extends Error {}

export function admits({ kinds, accounts }: AccessPolicy, { token }: Acceptance): boolean {
  if (kinds && !(kinds as readonly string[]).includes(token.kind)) return false;
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
 * @throws RuleError
 */
export function readPolicy(query: string): AccessPolicy {
  const policy: { kinds?: AdmittedKind[]; accounts?: string[] } = {};
  for (const [name, text] of new URLSearchParams(query)) {
    const values = text.split(',');
    if (name === 'kind') policy.kinds = [...(policy.kinds ?? []), ...values.map(kind)];
    else if (name === 'account') policy.accounts = [...(policy.accounts ?? []), ...values.map(account)];
    else throw new PolicyError(`the parameter ${quoted(name)} is not known; there are kind and account`);
  }
  return policy;
}

function kind(text: string): AdmittedKind {
  const known = ADMITTED_KINDS.find((each) => each === text);
  if (!known) throw new PolicyError(`kind is ${quoted(text)}; give one of ${ADMITTED_KINDS.join(', ')}`);
  return known;
}

function account(text: string): string {
  if (!ACCOUNT_ID.test(text)) throw new PolicyError(`account is ${quoted(text)}; give 32 lower-case hex characters`);
  return text;
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
