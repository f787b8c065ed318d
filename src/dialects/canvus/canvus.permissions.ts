/** The permissions of this dialect and the users that have them (docs/contracts/canvus.md §2.3, §3.3). */
import type { DirectoryUser } from '../../core/index.js';
import { PUBLIC, permits, type Permits as DialectPermits } from '../../http/index.js';

/** What a route can require. */
export type CanvusPermission = typeof PUBLIC | 'signed-in' | 'users:read' | 'self-or-administrator' | 'administrator';

/** Declares who may call a route. */
export const Permits: DialectPermits<CanvusPermission> = permits;

/** @param userId - of the user in the path; `null` if the path names no user */
type Rule = (caller: DirectoryUser, userId: number | null) => boolean;

const RULES: Readonly<Record<CanvusPermission, Rule>> = {
  [PUBLIC]: () => true,
  'signed-in': (_, userId) => userId === null,
  'users:read': () => true,
  'self-or-administrator': ({ id, admin }, userId) => admin || id === userId,
  administrator: ({ admin }) => admin,
};

export function isPermitted(permission: CanvusPermission, ...call: Parameters<Rule>): boolean {
  return RULES[permission](...call);
}
