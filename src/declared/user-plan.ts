/** Compares users and their roles with what is declared. */
import type { Transaction } from '../core/index.js';
import {
  Account,
  Membership,
  User,
  emailKeyOf,
  lockAccountShared,
  readEmailAddress,
  type Role,
  type UserChanges,
} from '../identity/index.js';
import { accountIdOf } from './account-plan.js';
import type { DeclaredUser, Path } from './form.js';
import { differencesOf, type Difference, type Plan } from './plan.js';
import { passwordHashOf } from './user-records.js';

export async function planUsers(plan: Plan): Promise<void> {
  const declared = new Set<number>();
  for (const { value } of plan.declaration.users ?? []) {
    plan.declaredUsers.add(emailKeyOf(value.email)).add(String(value.id));
  }
  for (const { path, value } of plan.declaration.users ?? []) {
    const present = await planUser(plan, path, value);
    if (present) declared.add(present.id);
    if (value.roles) await planRoles(plan, [...path, 'roles'], value, value.roles, present);
  }
  if (!plan.declaration.users) return;
  for (const { id, email } of await plan.extras('users', User, declared)) {
    if (plan.options.prune) plan.gone.users.add(id);
    plan.extra('user', email, (tx) => plan.parts.users.remove(tx, id, 0));
  }
}

async function planUser(plan: Plan, path: Path, declared: DeclaredUser): Promise<User | null> {
  const { id, email } = declared;
  const byAddress = await plan.manager.findOneBy(User, { emailKey: emailKeyOf(email) });
  const byId = id === undefined ? null : await plan.manager.findOneBy(User, { id });
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
  if (present) await changeUser(plan, path, declared, present);
  else createUser(plan, path, declared);
  return present;
}

function createUser(plan: Plan, path: Path, declared: DeclaredUser): void {
  const { id, email, name = email, admin = false, approved = true, blocked = false, password_hash: hash } = declared;
  const values = { email, name, admin, approved, blocked, passwordHash: passwordHashOf(hash) };
  const { passwordHash: _hash, email: _email, ...shown } = values;
  plan.create('user', email, path, { id, ...shown, ...(hash !== undefined && { password: 'by its hash' }) }, (tx) =>
    plan.parts.users.insert(tx, values, id),
  );
}

async function changeUser(plan: Plan, path: Path, declared: DeclaredUser, present: User): Promise<void> {
  const { email, name, admin, approved, blocked, password_hash: hash } = declared;
  const { id } = present;
  if (approved === false && present.approved) {
    plan.fault([...path, 'approved'], 'cannot become false: an approval is not withdrawn; block the user instead');
  }
  const wanted = { email, name, admin, approved, blocked };
  const differences = differencesOf(present, wanted);
  const passwordHash = passwordHashOf(hash);
  const hasOther = passwordHash !== null && !(await plan.manager.existsBy(User, { id, passwordHash }));
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

async function planRoles(
  plan: Plan,
  path: Path,
  { email }: DeclaredUser,
  roles: Readonly<Record<string, Role>>,
  user: User | null,
): Promise<void> {
  const { manager, parts } = plan;
  const present = user ? await manager.find(Membership, { where: { userId: user.id }, order: { id: 'ASC' } }) : [];
  const declared = new Set<string>();
  for (const [ref, role] of Object.entries(roles)) {
    const accountId = await accountIdOf(plan, ref, [...path, ref]);
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
      plan.create('member', label, [...path, ref], { role }, (tx) => addMember(plan, tx, accountId, email, role));
    }
  }
  for (const { id, accountId } of present) {
    if (declared.has(accountId) || plan.gone.accounts.has(accountId)) continue;
    const account = await manager.findOneBy(Account, { id: accountId });
    plan.extra('member', `${email} in ${account?.name ?? accountId}`, (tx) =>
      parts.memberships.removeIn(tx, accountId, id),
    );
  }
}

async function addMember(plan: Plan, tx: Transaction, accountId: string, email: string, role: Role): Promise<void> {
  await lockAccountShared(tx, accountId);
  const { id } = await tx.manager.findOneByOrFail(User, { emailKey: emailKeyOf(email) });
  await plan.parts.directory.lockShared(tx, id);
  await plan.parts.memberships.insert(tx, accountId, id, role);
}

/** The id of a user that is here; `null` for one that is declared. A fault if they are neither, or about to be deleted. */
export async function userIdOf(plan: Plan, ref: string, path: Path): Promise<number | null | undefined> {
  const isId = /^\d{1,9}$/.test(ref);
  const where = isId ? { id: Number(ref) } : { emailKey: emailKeyOf(ref) };
  const user = await plan.manager.findOneBy(User, where);
  if (user && !plan.gone.users.has(user.id)) return user.id;
  if (!user && plan.declaredUsers.has(isId ? ref : emailKeyOf(ref))) return null;
  if (user) plan.fault(path, `names the user ${ref}, whom --prune would delete: declare them`);
  else if (!plan.declaration.unreadable.has(ref)) plan.fault(path, `names the user ${ref}, who is not there`);
  return undefined;
}

/** The id of a user at the time when steps are carried out. */
export async function presentUserId({ manager }: Transaction, ref: string): Promise<number> {
  const where = /^\d{1,9}$/.test(ref) ? { id: Number(ref) } : { emailKey: emailKeyOf(ref) };
  return (await manager.findOneByOrFail(User, where)).id;
}
