/** Makes what a seed asks for. */
import type { INestApplicationContext } from '@nestjs/common';
import { SYSTEM, Secret, UnitOfWork, UserDirectory } from '../core/index.js';
import {
  carryOut,
  declarationReading,
  partsOf,
  planOf,
  readDeclaration,
  type DeclarationReading,
  type DeclaredState,
} from '../declared/index.js';
import type { Dialect } from '../dialect-kit/index.js';
import { AccountService, PasswordService, type DialectImports } from '../identity/index.js';
import type { IssuedForTest, TestIssuer } from './issue.js';
import { seedError, type Seed } from './seed.js';

/** A user that a seed has made. */
export interface SeededUser {
  readonly id: number;
  readonly email: string;
}

/** An account that a seed has made. */
export interface SeededAccount {
  readonly id: string;
  readonly name: string;
}

/** What a seed has made beyond the administrator, in the order of the seed. */
export interface Seeded {
  readonly accounts: readonly SeededAccount[];
  readonly users: readonly SeededUser[];
  readonly tokens: readonly IssuedForTest[];
}

/** What a seed is applied with. */
export interface SeedParts {
  readonly app: INestApplicationContext;
  readonly issuer: TestIssuer;
  readonly dialects: readonly Dialect[];
  /** The account that is there already, which is the first of the seed. */
  readonly first: SeededAccount;
}

/** @throws SeedError, DomainError, TypeError for values that cannot be */
export async function applySeed({ app, issuer, dialects, first }: SeedParts, seed: Seed): Promise<Seeded> {
  const { accounts, users = [], tokens, policies, applications } = seed;
  const declare = async (state: DeclaredState): Promise<void> =>
    declared(app, state, declarationReading(await importsOf(dialects)));
  const withHashes = [];
  for (const user of users) withHashes.push(await hashed(app, user));
  // What reads declarations is loaded for seeds that have some.
  if (accounts ?? seed.users) await declare({ ...(accounts && { accounts }), users: withHashes });
  const issued: IssuedForTest[] = [];
  for (const each of seed.serviceTokens ?? []) issued.push(await issuer.issue({ kind: 'service_token', ...each }));
  for (const each of seed.personalTokens ?? []) issued.push(await issuer.issue({ kind: 'personal_token', ...each }));
  for (const each of seed.accessTokens ?? []) issued.push(await issuer.issue({ kind: 'crm_access_token', ...each }));
  // Rules name tokens.
  if (tokens ?? policies ?? applications) await declare({ tokens, policies, applications });
  return {
    accounts: [first, ...(await moreAccounts(app, seed))],
    users: await seededUsers(app, users),
    tokens: issued,
  };
}

async function declared(
  app: INestApplicationContext,
  state: DeclaredState,
  reading: DeclarationReading,
): Promise<void> {
  const given = Object.fromEntries(Object.entries(state).filter(([, section]) => section !== undefined));
  const { declaration, faults } = readDeclaration(given, reading);
  if (faults.length > 0) throw seedError(faults);
  await app.get(UnitOfWork).write(SYSTEM, async (tx) => {
    const options = { prune: false, replaceSecrets: false };
    const plan = await planOf(tx.manager, partsOf(app), declaration, reading, options);
    if (plan.faults.length > 0) throw seedError(plan.faults);
    await carryOut(tx, plan);
  });
}

async function importsOf(dialects: readonly Dialect[]): Promise<DialectImports[]> {
  const all: DialectImports[] = [];
  for (const { imports } of dialects) if (imports) all.push(await imports());
  return all;
}

type SeedUser = NonNullable<Seed['users']>[number];

async function hashed(
  app: INestApplicationContext,
  { password, ...user }: SeedUser,
): Promise<Omit<SeedUser, 'password'>> {
  if (password === undefined) return user;
  return { ...user, password_hash: await app.get(PasswordService).prepare(SYSTEM, new Secret(password)) };
}

async function seededUsers(app: INestApplicationContext, users: readonly SeedUser[]): Promise<SeededUser[]> {
  const found: SeededUser[] = [];
  for (const { email } of users) {
    const user = await app.get(UserDirectory).findByEmail(email);
    if (user) found.push({ id: user.id, email: user.email });
  }
  return found;
}

async function moreAccounts(app: INestApplicationContext, { accounts = [] }: Seed): Promise<SeededAccount[]> {
  const found: SeededAccount[] = [];
  for (const { id, name } of accounts.slice(1)) {
    const account = await app.get(AccountService).findByIdOrName(id ?? name);
    if (account) found.push({ id: account.id, name: account.name });
  }
  return found;
}
