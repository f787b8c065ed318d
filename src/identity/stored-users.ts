/** Inserts rows of users, many at a time. */
import type { EntityManager } from 'typeorm';
import { rowsWith } from '../core/index.js';
import { emailKeyOf } from './labels/email-address.js';
import { User } from './user.entity.js';

/** The columns of a new user; `id` is `null` for a new one. The address is valid, in the form of `readEmailAddress`. */
export type NewUserRow = Omit<User, 'id' | 'emailKey' | 'locksClearedAt'> & { readonly id: number | null };

/** Their names are not given. @returns the users in the same order */
export async function storeUsers(manager: EntityManager, users: readonly NewUserRow[]): Promise<User[]> {
  const rows = users.map((user) => ({ ...user, emailKey: emailKeyOf(user.email) }));
  const named = rows.filter(({ id }) => id !== null);
  const unnamed = rows.filter(({ id }) => id === null).map(({ id: _id, ...others }) => others);
  // Rows with an id and rows without need statements of their own.
  for (const some of [named, unnamed]) {
    const [first] = some;
    if (!first) continue;
    // Named, since TypeORM leaves out generated columns on PostgreSQL otherwise.
    const columns = Object.keys(first);
    const insert = manager.createQueryBuilder().insert().into(User, columns);
    await insert.values(some).updateEntity(false).execute();
  }
  const stored = await rowsWith(
    manager,
    User,
    'emailKey',
    rows.map(({ emailKey }) => emailKey),
  );
  const byAddress = new Map(stored.map((user) => [user.email, user]));
  return users.flatMap(({ email }) => byAddress.get(email) ?? []);
}
