/** Reads what is declared, and finds every fault that can be told without a database. */
import * as v from 'valibot';
import { InvalidRow } from '../core/index.js';
import { emailKeyOf, readAccountName, type DeclaredApplications, type DialectImports } from '../identity/index.js';
import {
  SECTIONS,
  faultsOf,
  type DeclaredAccount,
  type DeclaredApplication,
  type DeclaredPolicy,
  type DeclaredToken,
  type DeclaredUser,
  type Fault,
  type Path,
  type SectionName,
} from './form.js';
import { readTokenRow, type TokenReading, type TokenRecord } from './token-records.js';

/** An entry, and where it stands. */
export interface Entry<T> {
  readonly path: Path;
  readonly value: T;
}

/** A token with what its entry gives; everything else stays as it is. */
export interface TokenEntry {
  readonly given: DeclaredToken;
  readonly record: TokenRecord;
}

/** What is declared, without the entries that have faults. An absent section says nothing of what should be there. */
export interface Declaration {
  readonly accounts?: readonly Entry<DeclaredAccount>[] | undefined;
  readonly users?: readonly Entry<DeclaredUser>[] | undefined;
  readonly tokens?: readonly Entry<TokenEntry>[] | undefined;
  readonly policies?: readonly Entry<DeclaredPolicy>[] | undefined;
  readonly applications?: readonly Entry<DeclaredApplication>[] | undefined;
  /** What entries with faults are called, so that nothing else is blamed for naming them. */
  readonly unreadable: ReadonlySet<string>;
}

/** What declarations are read with. */
export interface DeclarationReading {
  readonly tokens: Omit<TokenReading, 'isHashOptional'>;
  /** Absent where no dialect has applications. */
  readonly applications: DeclaredApplications | undefined;
}

/** What the dialects of a server say. @param hmacKey - of hashes of `hmac-sha256`, in base64 */
export function declarationReading(dialects: Iterable<DialectImports>, hmacKey?: string): DeclarationReading {
  const all = [...dialects];
  const kinds = Object.assign({}, ...all.map(({ tokens }) => tokens)) as TokenReading['kinds'];
  return { tokens: { hmacKey, kinds }, applications: all.find(({ applications }) => applications)?.applications };
}

/** @returns also all faults, of which there are none in a declaration that can be used */
export function readDeclaration(
  value: unknown,
  reading: DeclarationReading,
): { readonly declaration: Declaration; readonly faults: readonly Fault[] } {
  const faults: Fault[] = [];
  const unreadable = new Set<string>();
  const sections = sectionsOf(value, faults);
  const entriesOf = <N extends SectionName>(name: N): Entry<v.InferOutput<(typeof SECTIONS)[N]>>[] | undefined =>
    sections[name]?.flatMap((item, at) => {
      const path = [name, at];
      const read = v.safeParse(SECTIONS[name], item);
      if (read.success) return [{ path, value: read.output }];
      faults.push(...faultsOf(read.issues, path));
      for (const label of labelsOf(item)) unreadable.add(label);
      return [];
    });
  const declaration: Declaration = {
    accounts: entriesOf('accounts'),
    users: entriesOf('users'),
    tokens: entriesOf('tokens')?.flatMap((entry) => tokenIn(entry, reading.tokens, faults, unreadable)),
    policies: entriesOf('policies'),
    applications: entriesOf('applications'),
    unreadable,
  };
  requireDialect(declaration, reading, faults);
  faults.push(...twiceIn(declaration));
  return { declaration, faults };
}

function sectionsOf(value: unknown, faults: Fault[]): Partial<Record<SectionName, readonly unknown[]>> {
  const names = Object.keys(SECTIONS);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    faults.push({ path: [], reason: `must have sections: ${names.join(', ')}` });
    return {};
  }
  const sections: Record<string, readonly unknown[]> = {};
  for (const [name, section] of Object.entries(value)) {
    if (!names.includes(name)) {
      faults.push({ path: [name], reason: `is not known here: there are ${names.join(', ')}` });
    } else if (Array.isArray(section)) sections[name] = section;
    else faults.push({ path: [name], reason: 'must be a list; write [] for one without entries' });
  }
  return sections;
}

/** The texts by which others may name an entry. */
function labelsOf(item: unknown): string[] {
  const { id, name, email } = (item ?? {}) as Record<string, unknown>;
  return [id, name, email].filter((label) => typeof label === 'string');
}

function tokenIn(
  { path, value: given }: Entry<DeclaredToken>,
  reading: DeclarationReading['tokens'],
  faults: Fault[],
  unreadable: Set<string>,
): Entry<TokenEntry>[] {
  const flaws = new Map<string, string>();
  const read = (row: Readonly<Record<string, unknown>>): TokenRecord | undefined => {
    try {
      return readTokenRow(row, { ...reading, isHashOptional: true });
    } catch (error) {
      if (!(error instanceof InvalidRow)) throw error;
      const [first = ''] = error.message.split(' ', 1);
      const isMember = first in SECTIONS.tokens.entries;
      flaws.set(isMember ? first : '', isMember ? error.message.slice(first.length + 1) : error.message);
      return undefined;
    }
  };
  const record = read(given);
  if (record) return [{ path, value: { given, record } }];
  // The first flaw hides others: without a hash, what is wrong with the rest shows.
  const { hash: _hash, algorithm: _algorithm, ...rest } = given;
  if ('hash' in given || 'algorithm' in given) read(rest);
  for (const [member, reason] of flaws) faults.push({ path: member === '' ? path : [...path, member], reason });
  if (given.id !== undefined) unreadable.add(given.id);
  return [];
}

function requireDialect(
  { policies = [], applications = [] }: Declaration,
  { applications: dialect }: DeclarationReading,
  faults: Fault[],
): void {
  if (!dialect) {
    const reason = 'cannot be made: this server has no dialect with applications';
    for (const { path } of [...policies, ...applications]) faults.push({ path, reason });
    return;
  }
  for (const { path, value } of applications) {
    const { session_duration: duration } = value;
    if (duration !== undefined && !dialect.isSessionDuration(duration)) {
      faults.push({ path: [...path, 'session_duration'], reason: 'must be a duration such as 24h' });
    }
  }
}

/** What stands twice. */
function twiceIn({ accounts, users, tokens, policies, applications }: Declaration): Fault[] {
  return [
    ...twice(accounts, 'id', ({ id }) => id),
    // Accounts of earlier versions may have names that differ in case only: their ids tell them apart.
    ...twice(accounts, 'name', ({ id, name }) => (id === undefined ? keyOfName(name) : name)),
    ...twice(users, 'id', ({ id }) => id),
    ...twice(users, 'email', ({ email }) => emailKeyOf(email)),
    ...twice(tokens, 'id', ({ record: { token } }) => `${token.kind} ${token.handle}`),
    ...twice(tokens, 'hash', ({ record: { token, hasHash } }) =>
      hasHash ? `${token.algorithm} ${token.key} ${token.verifier}` : undefined,
    ),
    ...twice(policies, 'id', ({ id }) => id),
    ...twice(policies, 'name', ({ id, account, name }) => (id === undefined ? `${account} ${name}` : undefined)),
    ...twice(applications, 'id', ({ id }) => id),
    ...twice(applications, 'aud', ({ aud }) => aud),
    ...twice(applications, 'name', ({ id, account, name }) => (id === undefined ? `${account} ${name}` : undefined)),
  ];
}

function twice<T>(
  entries: readonly Entry<T>[] | undefined,
  member: string,
  keyOf: (value: T) => string | number | undefined,
): Fault[] {
  const first = new Map<string | number, number>();
  return (entries ?? []).flatMap(({ path, value }, at) => {
    const key = keyOf(value);
    if (key === undefined) return [];
    const before = first.get(key);
    first.set(key, before ?? at);
    if (before === undefined) return [];
    return [{ path: [...path, member], reason: `is the same as in entry ${String(before + 1)} of ${String(path[0])}` }];
  });
}

/** A name in the form by which accounts are compared. */
export function keyOfName(name: string): string {
  const label = readAccountName(name);
  return 'flaw' in label ? name : label.key;
}
