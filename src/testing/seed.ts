/** What a server for tests begins with: users, accounts and tokens, as an object or a file of JSON. */
import * as v from 'valibot';

const HEX_ID = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/, 'must be 32 lower-case hexadecimal characters'));
const SECRET = v.pipe(v.string(), v.minLength(20, 'must have at least 20 characters'));
const TEXT = v.pipe(v.string(), v.minLength(1, 'must not be empty'));

/** A service token of an account. */
const SERVICE_TOKEN = v.strictObject({
  name: TEXT,
  /** Id or name of the account. Default: the first account. */
  account: v.optional(TEXT),
  /** As the vendor's clients write it: `8760h`, `forever`. Default: `8760h`. */
  duration: v.optional(TEXT),
  enabled: v.optional(v.boolean()),
  clientId: v.optional(TEXT),
  clientSecret: v.optional(SECRET),
});

/** A personal token of a user. */
const PERSONAL_TOKEN = v.strictObject({
  /** E-mail address. Default: the administrator. */
  user: v.optional(TEXT),
  description: v.optional(TEXT),
  token: v.optional(SECRET),
});

/** An access token of an organisation, for the CRM.COM dialect. */
const ACCESS_TOKEN = v.strictObject({
  account: v.optional(TEXT),
  code: v.optional(TEXT),
  identifier: v.optional(TEXT),
  passCode: v.optional(TEXT),
});

const SEED = v.strictObject({
  admin: v.optional(v.strictObject({ email: v.optional(TEXT), password: v.optional(TEXT), token: v.optional(SECRET) })),
  /** The first is the one that the server begins with; the administrator is a member of it. */
  accounts: v.optional(v.array(v.strictObject({ id: v.optional(HEX_ID), name: TEXT }))),
  users: v.optional(
    v.array(
      v.strictObject({
        email: TEXT,
        name: v.optional(TEXT),
        admin: v.optional(v.boolean()),
        password: v.optional(TEXT),
        /** Roles by the id or name of the account. */
        roles: v.optional(v.record(v.string(), v.picklist(['administrator', 'read_only']))),
      }),
    ),
  ),
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

/** @param source - names it in messages. @throws SeedError */
export function checkedSeed(given: unknown, source = 'the seed'): Seed {
  const result = v.safeParse(SEED, given);
  if (result.success) return result.output;
  const faults = result.issues.map((issue) => {
    const what = issue.expected === 'never' ? 'is not known here' : issue.message;
    return `  ${v.getDotPath(issue) ?? 'the whole'}: ${what}`;
  });
  throw new SeedError(`${source} cannot be used:\n${faults.join('\n')}`);
}
