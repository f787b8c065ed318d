/** The form in which users, accounts, tokens, policies and applications are declared: in files, and in seeds of tests. */
import * as v from 'valibot';
import { readAddress, POLICY_DECISIONS, isIpRange } from '../applications/index.js';
import { InvalidRow, INTEGER_MAX, isStorableText, rowTime, wrongScopes } from '../core/index.js';
import { ROLES } from '../identity/index.js';
import { passwordHashOf } from './user-records.js';

/** Ids of users begin here. */
const FIRST_USER_ID = 1000;

/** Maximum number of addresses of an application. */
const ADDRESSES_MAX = 100;

/** An object with these members and no others; each unknown one is named. */
export function members<E extends v.ObjectEntries>(entries: E): v.StrictObjectSchema<E, undefined> {
  const names = Object.keys(entries).join(', ');
  const schema = v.objectWithRest(entries, v.never(`is not known here: there are ${names}`), (issue) =>
    issue.received === 'undefined' && issue.expected.startsWith('"') ? 'is missing' : `must have members: ${names}`,
  );
  return schema as unknown as v.StrictObjectSchema<E, undefined>;
}

/** A text for which a function has nothing to say. */
function textThat(flawOf: (text: string) => string | undefined) {
  return v.pipe(
    v.string('must be a text: put it in quotes'),
    v.rawCheck(({ dataset, addIssue }) => {
      const flaw = dataset.typed ? flawOf(dataset.value) : undefined;
      if (flaw !== undefined) addIssue({ message: flaw });
    }),
  );
}

const text = (min: number, max: number) =>
  textThat((value) =>
    isStorableText(value, min, max) ? undefined : `must have ${String(min)} to ${String(max)} characters`,
  );

/** What throws `InvalidRow` where imports read the same. */
const readBy = (name: string, read: (row: Record<string, string>) => unknown) =>
  textThat((value) => {
    try {
      read({ [name]: value });
      return undefined;
    } catch (error) {
      if (error instanceof InvalidRow) return error.message.slice(name.length + 1);
      throw error;
    }
  });

const flawIn = (read: object): string | undefined => ('flaw' in read ? String(read.flaw) : undefined);

const HEX_ID = textThat((value) =>
  /^[0-9a-f]{32}$/.test(value) ? undefined : 'must be 32 lower-case hexadecimal characters',
);
const UUID = textThat((value) =>
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value) ? undefined : 'must be a UUID in lower case',
);
const FLAG = v.boolean('must be true or false');
const TIME = readBy('time', (row) => rowTime(row, 'time'));
const SCOPES = v.pipe(
  v.array(v.string('must be a text'), 'must be a list of texts, or null for a token without scopes'),
  v.rawCheck(({ dataset, addIssue }) => {
    const wrong = dataset.typed ? wrongScopes(dataset.value) : null;
    if (wrong !== null) addIssue({ message: wrong });
  }),
);
const LABEL = text(1, 350);
const EXTRA = v.record(v.string(), v.unknown(), 'must be an object');

/** An account. Names and addresses are examined where they are new: those that are there may be from before the rules. */
export const ACCOUNT = members({ id: v.optional(HEX_ID), name: text(1, 255) });

/** What is declared of a user; also part of the form of seeds. */
export const USER_ENTRIES = {
  email: text(1, 254),
  id: v.optional(
    v.pipe(
      v.number('must be a number'),
      v.check(
        (id) => Number.isInteger(id) && id >= FIRST_USER_ID && id < INTEGER_MAX,
        `must be a whole number from ${String(FIRST_USER_ID)} up`,
      ),
    ),
  ),
  name: v.optional(text(0, 255)),
  admin: v.optional(FLAG),
  approved: v.optional(FLAG),
  blocked: v.optional(FLAG),
  password_hash: v.optional(readBy('password_hash', (row) => passwordHashOf(row.password_hash))),
  /** Roles by the id or name of the account. */
  roles: v.optional(
    v.record(
      v.string(),
      v.picklist(ROLES, `must be ${ROLES.join(' or ')}`),
      'must name a role for each account, such as Acme: read_only',
    ),
  ),
};

export const USER = members(USER_ENTRIES);

/** A token by the hash of its secret, with the fields that `import tokens` takes. Without a hash, one that is here. */
export const TOKEN = members({
  kind: text(1, 32),
  id: v.optional(text(1, 255)),
  algorithm: v.optional(text(1, 32)),
  hash: v.optional(text(1, 512)),
  name: v.optional(text(0, 1000)),
  enabled: v.optional(FLAG),
  created_at: v.optional(TIME),
  expires_at: v.optional(TIME),
  user: v.optional(text(1, 254)),
  account: v.optional(text(1, 255)),
  duration: v.optional(text(1, 255)),
  /** `null` for a token without scopes, as a new one is by default. */
  scopes: v.optional(v.nullable(SCOPES)),
});

const ONE_RULE = 'must have one of token, any_token, everyone, ip and other';

const RULE = v.pipe(
  members({
    /** Client id or id of a token of the account. */
    token: v.optional(text(1, 255)),
    any_token: v.optional(v.literal(true, 'must be true')),
    everyone: v.optional(v.literal(true, 'must be true')),
    ip: v.optional(
      textThat((value) => (isIpRange(value) ? undefined : 'must be an address or a range such as 192.0.2.0/24')),
    ),
    /** The name of a rule that is kept and shown, and whose `value` nobody can judge here. */
    other: v.optional(text(1, 100)),
    value: v.optional(v.unknown()),
  }),
  v.check((rule) => {
    const { value, ...types } = rule;
    return Object.keys(types).length === 1 && (value === undefined || 'other' in rule);
  }, ONE_RULE),
);

const RULES = v.array(RULE, 'must be a list of rules');

const POLICY_ENTRIES = {
  id: v.optional(UUID),
  name: LABEL,
  decision: v.picklist(POLICY_DECISIONS, `must be one of ${POLICY_DECISIONS.join(', ')}`),
  include: RULES,
  require: v.optional(RULES),
  exclude: v.optional(RULES),
  extra: v.optional(EXTRA),
};

/** The account of a policy or an application: id or name. */
const OWNER = { account: text(1, 255) };

/** A policy that every application of the account can have. */
export const POLICY = members({ ...OWNER, ...POLICY_ENTRIES });

/** A policy that belongs to one application. */
const OWN_POLICY = members(POLICY_ENTRIES);

export const APPLICATION = members({
  ...OWNER,
  id: v.optional(UUID),
  /** The audience tag. */
  aud: v.optional(
    textThat((value) =>
      /^[0-9a-f]{64}$/.test(value) ? undefined : 'must be 64 lower-case hexadecimal characters, or be left out',
    ),
  ),
  name: LABEL,
  addresses: v.pipe(
    v.array(
      textThat((value) => flawIn(readAddress(value))),
      'must be a list of hosts, with or without paths',
    ),
    v.check(
      (list) => list.length > 0 && list.length <= ADDRESSES_MAX,
      `must have 1 to ${String(ADDRESSES_MAX)} addresses`,
    ),
  ),
  passes_preflight: v.optional(FLAG),
  answers_unauthorized: v.optional(FLAG),
  token_header: v.optional(
    textThat((value) =>
      /^[!#$%&'*+.^_`|~0-9a-z-]{1,255}$/.test(value) ? undefined : 'must be the name of a header, in lower case',
    ),
  ),
  session_duration: v.optional(text(1, 255)),
  extra: v.optional(EXTRA),
  /** In the order in which they are asked: ids and names of policies of the account, and policies of its own. */
  policies: v.optional(
    v.array(
      v.lazy((entry) => (typeof entry === 'string' ? LABEL : OWN_POLICY)),
      'must be a list of names and of policies',
    ),
  ),
});

/** The sections of a file, with the form of their entries. */
export const SECTIONS = {
  accounts: ACCOUNT,
  users: USER,
  tokens: TOKEN,
  policies: POLICY,
  applications: APPLICATION,
} as const;

export type SectionName = keyof typeof SECTIONS;

export type DeclaredAccount = v.InferOutput<typeof ACCOUNT>;
export type DeclaredUser = v.InferOutput<typeof USER>;
export type DeclaredToken = v.InferOutput<typeof TOKEN>;
export type DeclaredRule = v.InferOutput<typeof RULE>;
export type DeclaredPolicy = v.InferOutput<typeof POLICY>;
export type OwnPolicy = v.InferOutput<typeof OWN_POLICY>;
export type DeclaredApplication = v.InferOutput<typeof APPLICATION>;

/** What a file holds; every section may be absent. */
export interface DeclaredState {
  readonly accounts?: readonly DeclaredAccount[] | undefined;
  readonly users?: readonly DeclaredUser[] | undefined;
  readonly tokens?: readonly DeclaredToken[] | undefined;
  readonly policies?: readonly DeclaredPolicy[] | undefined;
  readonly applications?: readonly DeclaredApplication[] | undefined;
}

/** Where something stands: names of members and numbers of entries. */
export type Path = readonly (string | number)[];

/** Something that cannot be declared. */
export interface Fault {
  readonly path: Path;
  readonly reason: string;
}

/** The faults of a value by a form; none if it fits. */
export function faultsOf(issues: readonly v.BaseIssue<unknown>[] | undefined, at: Path = []): Fault[] {
  return (issues ?? []).map(({ path = [], message }) => ({
    path: [...at, ...path.map(({ key }) => key as string | number)],
    reason: message,
  }));
}

/** A place as people read it, counted from 1: `users[2].email`. */
export function placeOf(path: Path): string {
  if (path.length === 0) return 'the whole';
  return path
    .map((step, at) => (typeof step === 'number' ? `[${String(step + 1)}]` : at > 0 ? `.${step}` : step))
    .join('');
}
