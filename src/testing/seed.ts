/** What a server for tests begins with: the form of files that declare servers, with passwords and secrets in clear. */
import * as v from 'valibot';
import { SECTIONS, USER_ENTRIES, faultsOf, members, placeOf, type Fault } from '../declared/index.js';

const SECRET = v.pipe(v.string(), v.minLength(20, 'must have at least 20 characters'));
const SCOPES = v.optional(v.array(v.string('must be a text'), 'must be a list of texts'));
const TEXT = v.pipe(v.string(), v.minLength(1, 'must not be empty'));

/** A service token of an account. */
const SERVICE_TOKEN = members({
  name: TEXT,
  /** Id or name of the account. Default: the first account. */
  account: v.optional(TEXT),
  /** As the vendor's clients write it: `8760h`, `forever`. Default: `8760h`. */
  duration: v.optional(TEXT),
  enabled: v.optional(v.boolean()),
  clientId: v.optional(TEXT),
  clientSecret: v.optional(SECRET),
  scopes: SCOPES,
});

/** A personal token of a user. */
const PERSONAL_TOKEN = members({
  /** E-mail address. Default: the administrator. */
  user: v.optional(TEXT),
  description: v.optional(TEXT),
  token: v.optional(SECRET),
  scopes: SCOPES,
});

/** An access token of an organisation, for the CRM.COM dialect. */
const ACCESS_TOKEN = members({
  account: v.optional(TEXT),
  code: v.optional(TEXT),
  identifier: v.optional(TEXT),
  passCode: v.optional(TEXT),
  scopes: SCOPES,
});

const { tokens, policies, applications } = SECTIONS;

const SEED = members({
  admin: v.optional(members({ email: v.optional(TEXT), password: v.optional(TEXT), token: v.optional(SECRET) })),
  /** The first is the one that the server begins with; the administrator is a member of it. */
  accounts: v.optional(v.array(SECTIONS.accounts)),
  users: v.optional(v.array(members({ ...USER_ENTRIES, password: v.optional(TEXT) }))),
  tokens: v.optional(v.array(tokens)),
  policies: v.optional(v.array(policies)),
  applications: v.optional(v.array(applications)),
  serviceTokens: v.optional(v.array(SERVICE_TOKEN)),
  personalTokens: v.optional(v.array(PERSONAL_TOKEN)),
  accessTokens: v.optional(v.array(ACCESS_TOKEN)),
});

/** What a server for tests begins with. All of it is optional, and what is not given is generated. */
export type Seed = v.InferInput<typeof SEED>;

/** The seed cannot be used; the message names each fault by its place. */
export class SeedError extends Error {
  override readonly name = 'SeedError';
}

/**
 * Checks a seed.
 * @param source - names it in messages
 * @throws SeedError with all faults
 */
export function checkedSeed(given: unknown, source = 'the seed'): Seed {
  const result = v.safeParse(SEED, given);
  if (result.success) return result.output;
  throw seedError(faultsOf(result.issues), source);
}

/** Names each fault. */
export function seedError(faults: readonly Fault[], source = 'the seed'): SeedError {
  const lines = faults.map(({ path, reason }) => `  ${placeOf(path)}: ${reason}`);
  return new SeedError(`${source} cannot be used:\n${lines.join('\n')}`);
}
