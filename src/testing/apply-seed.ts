/** Makes what a seed asks for. */
import type { INestApplicationContext } from '@nestjs/common';
import { SYSTEM, Secret, UnitOfWork } from '../core/index.js';
import { AccountService, MembershipService, UserService, newHexId } from '../identity/index.js';
import type { IssuedForTest, TestIssuer } from './issue.js';
import type { Seed } from './seed.js';

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

/**
 * @param first - the account that is there already, which is the first of the seed
 * @throws DomainError, TypeError for values that cannot be
 */
export async function applySeed(
  app: INestApplicationContext,
  issuer: TestIssuer,
  seed: Seed,
  first: SeededAccount,
): Promise<Seeded> {
  const accounts = [first, ...(await moreAccounts(app, seed))];
  const users: SeededUser[] = [];
  for (const { email, name = email, admin, password, roles = {} } of seed.users ?? []) {
    const secret = password === undefined ? {} : { password: new Secret(password) };
    const user = await app.get(UserService).create(SYSTEM, { email, name, admin, approved: true, ...secret });
    users.push({ id: user.id, email: user.email });
    for (const [named, role] of Object.entries(roles)) {
      const account = accounts.find(({ id, name: label }) => id === named || label === named);
      if (!account) throw new TypeError(`there is no account ${named} for ${email}: add it to \`accounts\``);
      await app.get(MembershipService).add(SYSTEM, account.id, user.id, role);
    }
  }
  const tokens: IssuedForTest[] = [];
  for (const each of seed.serviceTokens ?? []) tokens.push(await issuer.issue({ kind: 'service_token', ...each }));
  for (const each of seed.personalTokens ?? []) tokens.push(await issuer.issue({ kind: 'personal_token', ...each }));
  for (const each of seed.accessTokens ?? []) tokens.push(await issuer.issue({ kind: 'crm_access_token', ...each }));
  return { accounts, users, tokens };
}

async function moreAccounts(app: INestApplicationContext, { accounts = [] }: Seed): Promise<SeededAccount[]> {
  const made: SeededAccount[] = [];
  for (const { id = newHexId(), name } of accounts.slice(1)) {
    await app.get(UnitOfWork).write(SYSTEM, (tx) => app.get(AccountService).insert(tx, { id, name }));
    made.push({ id, name });
  }
  return made;
}
