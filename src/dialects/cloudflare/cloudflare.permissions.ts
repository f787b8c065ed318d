/** The permissions of this dialect and the roles in an account that have them (docs/design.md §6). */
import { permits, type Permits as DialectPermits } from '../../http/index.js';
import type { Role } from '../../identity/index.js';

/** What a route can require. */
export type CloudflarePermission = 'signed-in' | 'account:read' | 'account:change' | 'administrator';

/** Declares who may call a route. */
export const Permits: DialectPermits<CloudflarePermission> = permits;

/** @param role - in the account in the path: `null` without a membership, `undefined` if the path names no account */
type Rule = (role: Role | null | undefined) => boolean;

/** For users who are not server administrators. Server administrators have every permission, in every account. */
const RULES: Readonly<Record<CloudflarePermission, Rule>> = {
  'signed-in': (role) => role === undefined,
  'account:read': (role) => role === 'administrator' || role === 'read_only',
  'account:change': (role) => role === 'administrator',
  administrator: () => false,
};

export function isPermitted(permission: CloudflarePermission, ...[role]: Parameters<Rule>): boolean {
  return RULES[permission](role);
}
