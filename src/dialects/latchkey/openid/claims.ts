/** Reads who somebody is from the claims of their provider. */
import type { ProviderPerson } from '../../../identity/index.js';

/** Claims by their names, as a provider has sent them. */
export type Claims = Readonly<Record<string, unknown>>;

export interface ClaimRules {
  readonly groupsClaim: string;
  /** Whether an address counts as verified if the provider does not say whether it is. */
  readonly trustAddresses: boolean;
}

/** As groups are named in the setting. */
const GROUPS_MAX = 2000;

/** Whether the claims say everything that is asked for, so that no more have to be fetched. */
export function isComplete(claims: Claims, rules: ClaimRules, needsGroups: boolean): boolean {
  const { email } = addressIn(claims, rules);
  return email !== null && 'email_verified' in claims && (!needsGroups || groupsIn(claims, rules.groupsClaim) !== null);
}

/**
 * @param sources - the claims of the ID token, and those that were fetched besides; the first that has something counts
 */
export function personFrom(
  issuer: string,
  subject: string,
  sources: readonly Claims[],
  rules: ClaimRules,
): ProviderPerson {
  const found = sources.map((claims) => addressIn(claims, rules)).filter(({ email }) => email !== null);
  // What one says of an address holds for the same address in the other.
  const email = found[0]?.email ?? null;
  const said = found.filter((each) => each.email === email);
  return {
    issuer,
    subject,
    email,
    isVerified: said.some(({ isVerified }) => isVerified) && !said.some(({ isDenied }) => isDenied),
    name: firstOf(sources, (claims) => textIn(claims.name) ?? textIn(claims.preferred_username)) ?? null,
    groups: firstOf(sources, (claims) => groupsIn(claims, rules.groupsClaim)) ?? [],
  };
}

interface Address {
  readonly email: string | null;
  readonly isVerified: boolean;
  /** The provider says that it is not verified. */
  readonly isDenied: boolean;
}

function addressIn({ email, email_verified: verified }: Claims, { trustAddresses }: ClaimRules): Address {
  // Some send it as text.
  const isSaid = verified !== undefined && verified !== null;
  const isTrue = verified === true || verified === 'true';
  return { email: textIn(email) ?? null, isVerified: isSaid ? isTrue : trustAddresses, isDenied: isSaid && !isTrue };
}

/** `null` if the claim is not there. */
function groupsIn(claims: Claims, name: string): string[] | null {
  const value = claimIn(claims, name);
  if (value === undefined || value === null) return null;
  const groups: unknown[] = Array.isArray(value) ? value : [value];
  return groups.filter((group) => typeof group === 'string').slice(0, GROUPS_MAX);
}

/** The claim of this name; if there is none, dots lead into nested ones. */
function claimIn(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  let value: unknown = claims;
  for (const part of name.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Claims)[part];
  }
  return value;
}

function textIn(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

function firstOf<T>(sources: readonly Claims[], read: (claims: Claims) => T | null | undefined): T | undefined {
  for (const claims of sources) {
    const found = read(claims);
    if (found !== undefined && found !== null) return found;
  }
  return undefined;
}
