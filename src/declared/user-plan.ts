/** Compares users and their roles with what is declared. */
import type { Transaction } from '../core/index.js';
import {
  User,
  emailKeyOf,
  readEmailAddress,
  type NewUserEntry,
  type Role,
  type UserChanges,
} from '../identity/index.js';
import { accountIdOf } from './account-plan.js';
import type { DeclaredUser, Path } from './form.js';
import { Batch, differencesOf, type Difference, type Plan } from './plan.js';
import { isUserId } from './present.js';
import { passwordHashOf } from './user-records.js';

export async function planUsers(plan: Plan): Promise<void> {
  const declared = new Set<number>();
  for (const { value } of plan.declaration.users ?? []) {
    plan.declaredUsers.add(emailKeyOf(value.email)).add(String(value.id));
  }
  const made = {
    users: new Batch<NewUserEntry>((tx, users) => plan.parts.entries.insertUsers(tx, users)),
    members: new Batch<NewMember>((tx, members) => addMembers(plan, tx, members)),
  };
  for (const [at, { path, value }] of (plan.declaration.users ?? []).entries()) {
    await plan.breathe(at);
    const present = planUser(plan, path, value, made.users);
    if (present) declared.add(present.id);
    if (value.roles) planRoles(plan, [...path, 'roles'], value, value.roles, present, made.members);
  }
  if (!plan.declaration.users) return;
  for (const { id, email } of await plan.extras('users', User, declared)) {
    if (plan.options.prune) plan.gone.users.add(id);
    plan.extra('user', email, (tx) => plan.parts.users.remove(tx, id, 0));
  }
}

function planUser(plan: Plan, path: Path, declared: DeclaredUser, made: Batch<NewUserEntry>): User | undefined {
  const { id, email } = declared;
  const byAddress = plan.present.usersByKey.get(emailKeyOf(email));
  const byId = id === undefined ? undefined : plan.present.usersById.get(id);
  if (id !== undefined && byAddress && byAddress.id !== id) {
    const other = `is that of user ${String(byAddress.id)} here`;
    plan.fault([...path, 'email'], `${other}: declare them by that id, or without one`);
    return byAddress;
  }
  const present = byId ?? byAddress;
  if (present?.email !== email) {
    const address = readEmailAddress(email);
    if ('flaw' in address) {
      plan.fault([...path, 'email'], address.flaw);
      return present;
    }
  }
  if (present) changeUser(plan, path, declared, present);
  else createUser(plan, path, declared, made);
  return present;
}

function createUser(plan: Plan, path: Path, declared: DeclaredUser, made: Batch<NewUserEntry>): void {
  const { id, email, name = email, admin = false, approved = true, blocked = false, password_hash: hash } = declared;
  const values = { email, name, admin, approved, blocked, passwordHash: passwordHashOf(hash) };
  const { passwordHash: _hash, email: _email, ...shown } = values;
  const password = hash === undefined ? undefined : 'by its hash';
  plan.create('user', email, path, { id, ...shown, password }, made, { id, ...values });
}

function changeUser(plan: Plan, path: Path, declared: DeclaredUser, present: User): void {
  const { email, name, admin, approved, blocked, password_hash: hash } = declared;
  const { id } = present;
  if (approved === false && present.approved) {
    plan.fault([...path, 'approved'], 'cannot become false: an approval is not withdrawn; block the user instead');
  }
  const wanted = { email, name, admin, approved, blocked };
  const differences = differencesOf(present, wanted);
  const passwordHash = passwordHashOf(hash);
  const hasOther = passwordHash !== null && plan.present.passwordHashes.get(id) !== passwordHash;
  const changes = Object.fromEntries(differences.map(({ field, to }) => [field, to])) as UserChanges;
  const all: Difference[] = [...differences, ...(hasOther && plan.options.replaceSecrets ? [PASSWORD] : [])];
  plan.change('user', present.email, path, all, async (tx) => {
    const user = await plan.parts.users.change(tx, id, changes);
    if (hasOther && plan.options.replaceSecrets) {
      await plan.parts.passwords.store(tx, tx.actor, user, passwordHash);
    }
  });
  if (!hasOther || plan.options.replaceSecrets) return;
  plan.keep(
    'user',
    present.email,
    path,
    [PASSWORD],
    'has another password here; --replace-secrets sets the one of the file',
  );
}

const PASSWORD: Difference = { field: 'password' };

function planRoles(
  plan: Plan,
  path: Path,
  { email }: DeclaredUser,
  roles: Readonly<Record<string, Role>>,
  user: User | undefined,
  made: Batch<NewMember>,
): void {
  const { parts } = plan;
  const present = user ? (plan.present.memberships.get(user.id) ?? []) : [];
  const declared = new Set<string>();
  for (const [ref, role] of Object.entries(roles)) {
    const accountId = accountIdOf(plan, ref, [...path, ref]);
    if (accountId === undefined) continue;
    if (declared.has(accountId)) plan.fault([...path, ref], 'names the same account as another role');
    declared.add(accountId);
    const label = `${email} in ${ref}`;
    const membership = present.find((each) => each.accountId === accountId);
    if (membership) {
      plan.change('member', label, [...path, ref], differencesOf(membership, { role }), (tx) =>
        parts.memberships.changeRoleIn(tx, accountId, membership.id, role),
      );
    } else {
      plan.create('member', label, [...path, ref], { role }, made, { accountId, email, role });
    }
  }
  for (const { id, accountId } of present) {
    if (declared.has(accountId) || plan.gone.accounts.has(accountId)) continue;
    const account = plan.present.accountsById.get(accountId);
    plan.extra('member', `${email} in ${account?.name ?? accountId}`, (tx) =>
      parts.memberships.removeIn(tx, accountId, id),
    );
  }
}

/** A member whose user may be made in the same transaction. */
interface NewMember {
  readonly accountId: string;
  readonly email: string;
  readonly role: Role;
}

async function addMembers({ parts }: Plan, tx: Transaction, members: readonly NewMember[]): Promise<void> {
  const keys = members.map(({ email }) => emailKeyOf(email));
  const users = await parts.entries.usersWithKeys(tx.manager, keys);
  const userIdAt = (at: number): number => users.get(keys[at] ?? '')?.id ?? 0;
  await parts.entries.insertMembers(
    tx,
    members.map(({ accountId, role }, at) => ({ accountId, userId: userIdAt(at), role })),
  );
}

/** The id of a user that is here; `null` for one that is declared. A fault if they are neither, or about to be deleted. */
export function userIdOf(plan: Plan, ref: string, path: Path): number | null | undefined {
  const { usersById, usersByKey } = plan.present;
  const isId = isUserId(ref);
  const user = isId ? usersById.get(Number(ref)) : usersByKey.get(emailKeyOf(ref));
  if (user && !plan.gone.users.has(user.id)) return user.id;
  if (!user && plan.declaredUsers.has(isId ? ref : emailKeyOf(ref))) return null;
  if (user) plan.fault(path, `names the user ${ref}, whom --prune would delete: declare them`);
  else if (!plan.declaration.unreadable.has(ref)) plan.fault(path, `names the user ${ref}, who is not there`);
  return undefined;
}

/** The ids of users at the time when steps are carried out, by what names them. */
export async function presentUserIds(
  { parts }: Plan,
  { manager }: Transaction,
  refs: readonly string[],
): Promise<(ref: string) => number | undefined> {
  const keys = refs.filter((ref) => !isUserId(ref)).map(emailKeyOf);
  const byKey = await parts.entries.usersWithKeys(manager, keys);
  return (ref) => (isUserId(ref) ? Number(ref) : byKey.get(emailKeyOf(ref))?.id);
}
