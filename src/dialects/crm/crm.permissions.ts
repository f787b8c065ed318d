/** The permissions of this dialect and the roles in an organisation that have them (docs/design.md §6). */
import { PUBLIC, permits, type Permits as DialectPermits } from '../../http/index.js';
import type { Role } from '../../identity/index.js';

/** What a method can require. */
export type CrmPermission = typeof PUBLIC | 'organisation:read' | 'organisation:change';

/** Declares who may call a method. */
export const Permits: DialectPermits<CrmPermission> = permits;

/** Server administrators have the role of an administrator in every organisation. */
const RULES: Readonly<Record<CrmPermission, (role: Role) => boolean>> = {
  [PUBLIC]: () => true,
  'organisation:read': () => true,
  'organisation:change': (role) => role === 'administrator',
};

export function isPermitted(permission: CrmPermission, role: Role): boolean {
  return RULES[permission](role);
}
