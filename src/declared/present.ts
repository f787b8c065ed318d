/** Reads what a server has of what is declared: some hundred rows at a time. */
import { In, type EntityManager } from 'typeorm';
import { inParts, rowsWith } from '../core/index.js';
import { Account, Membership, User, emailKeyOf } from '../identity/index.js';
import type { Parts } from './parts.js';
import type { Declaration } from './reading.js';

/** Accounts, users and members that a declaration names. */
export interface Present {
  /** By the id or name as it is declared. */
  readonly accounts: ReadonlyMap<string, Account>;
  readonly accountsById: ReadonlyMap<string, Account>;
  readonly usersById: ReadonlyMap<number, User>;
  /** By the key of their address. */
  readonly usersByKey: ReadonlyMap<string, User>;
  /** The hashes of the passwords of users for whom one is declared. */
  readonly passwordHashes: ReadonlyMap<number, string>;
  /** Of the users whose roles are declared, in the order of their ids. */
  readonly memberships: ReadonlyMap<number, readonly Membership[]>;
}

export async function readPresent(manager: EntityManager, parts: Parts, declaration: Declaration): Promise<Present> {
  const { users = [] } = declaration;
  const { byId: usersById, byKey: usersByKey } = await usersNamed(manager, parts, declaration);
  const find = ({ id, email }: (typeof users)[number]['value']): User | undefined =>
    (id === undefined ? undefined : usersById.get(id)) ?? usersByKey.get(emailKeyOf(email));
  const idsOf = (some: typeof users): number[] => some.flatMap(({ value }) => find(value)?.id ?? []);
  const memberships = await membershipsOf(manager, idsOf(users.filter(({ value }) => value.roles)));
  const accounts = await parts.entries.accountsNamed(manager, accountsIn(declaration));
  const others = [...memberships.values()].flat().map(({ accountId }) => accountId);
  const ids = [...others, ...(declaration.accounts ?? []).flatMap(({ value }) => value.id ?? [])];
  const byId = new Map((await rowsWith(manager, Account, 'id', ids)).map((account) => [account.id, account]));
  const withHash = idsOf(users.filter(({ value }) => value.password_hash !== undefined));
  const passwordHashes = await hashesOf(manager, withHash);
  return { accounts, accountsById: byId, usersById, usersByKey, passwordHashes, memberships };
}

/** What names accounts. */
function* accountsIn({ accounts, users, tokens, policies, applications }: Declaration): Generator<string, void> {
  for (const { value } of accounts ?? []) yield value.name;
  for (const { value } of users ?? []) yield* Object.keys(value.roles ?? {});
  for (const { value } of tokens ?? []) if (value.record.owner.kind === 'account') yield value.record.owner.name;
  for (const { value } of [...(policies ?? []), ...(applications ?? [])]) yield value.account;
}

/** Whether a text that names a user is an id. */
export function isUserId(ref: string): boolean {
  return /^\d{1,9}$/.test(ref);
}

async function usersNamed(
  manager: EntityManager,
  { entries }: Parts,
  { users = [], tokens = [] }: Declaration,
): Promise<{ readonly byId: ReadonlyMap<number, User>; readonly byKey: ReadonlyMap<string, User> }> {
  const owners = tokens.flatMap(({ value: { record } }) => (record.owner.kind === 'user' ? [record.owner.name] : []));
  const keys = [...users.map(({ value }) => value.email), ...owners.filter((ref) => !isUserId(ref))].map(emailKeyOf);
  const ids = [...users.flatMap(({ value }) => value.id ?? []), ...owners.filter(isUserId).map(Number)];
  const byId = new Map((await rowsWith(manager, User, 'id', ids)).map((user) => [user.id, user]));
  return { byId, byKey: await entries.usersWithKeys(manager, keys) };
}

async function membershipsOf(
  manager: EntityManager,
  ids: readonly number[],
): Promise<ReadonlyMap<number, readonly Membership[]>> {
  const memberships = new Map<number, Membership[]>();
  const rows = await rowsWith(manager, Membership, 'userId', ids);
  for (const row of rows.sort((one, other) => (one.id < other.id ? -1 : 1))) {
    const all = memberships.get(row.userId) ?? [];
    memberships.set(row.userId, all);
    all.push(row);
  }
  return memberships;
}

async function hashesOf(manager: EntityManager, ids: readonly number[]): Promise<ReadonlyMap<number, string>> {
  const hashes = new Map<number, string>();
  for (const some of inParts([...ids])) {
    const select = { id: true, passwordHash: true } as const;
    const rows = await manager.find(User, { select, where: { id: In([...some]) } });
    for (const { id, passwordHash } of rows) if (passwordHash) hashes.set(id, passwordHash);
  }
  return hashes;
}
