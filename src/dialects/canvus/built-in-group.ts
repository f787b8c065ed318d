/** The group of all users, which every server has. It is not stored, and cannot be changed. */
import { DomainError } from '../../core/index.js';
import { groupNamesClash, type Group } from '../../identity/index.js';
import { CanvusError } from './canvus.errors.js';
import { BUILT_IN_GROUP } from './canvus.messages.js';

/** What is shown of a group. */
export type GroupLike = Pick<Group, 'id' | 'name' | 'description'>;

export const ALL_USERS: GroupLike = { id: 1, name: 'All Users', description: 'All users on this server.' };

/** @throws CanvusError 403 */
export function refuseAllUsers(id: number): void {
  if (id === ALL_USERS.id) throw new CanvusError(403, BUILT_IN_GROUP);
}

/** @throws DomainError `identifier_taken` for a name that is that of the group, or looks like it */
export function requireOtherName(name: string): void {
  if (groupNamesClash(name, ALL_USERS.name)) {
    throw new DomainError('identifier_taken', `Group name ${ALL_USERS.name} is already in use`);
  }
}

/** Puts the group before others. */
export async function* afterAllUsers(batches: AsyncGenerator<GroupLike[]>): AsyncGenerator<GroupLike[], void> {
  yield [ALL_USERS];
  yield* batches;
}
