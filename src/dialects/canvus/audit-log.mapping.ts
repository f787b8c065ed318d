/** Maps changes to the vendor's verbs and target types in the audit log (docs/contracts/canvus.md §7). */
import type { APPLICATION_CHANGES } from '../../applications/index.js';
import type { ASSERTION_CHANGES } from '../../assertions/index.js';
import type { ChangeTarget, TOKEN_CHANGES } from '../../core/index.js';
import type { IDENTITY_CHANGES } from '../../identity/index.js';

type ChangeType =
  | keyof typeof TOKEN_CHANGES
  | keyof typeof IDENTITY_CHANGES
  | keyof typeof APPLICATION_CHANGES
  | keyof typeof ASSERTION_CHANGES;

const ACTIONS: Readonly<Record<ChangeType, string>> = {
  'token.issued': 'create',
  'token.updated': 'update',
  'token.rotated': 'rotate',
  'token.revoked': 'delete',
  'token.adopted': 'update',
  'token.password_refused': 'Password refused',
  'user.created': 'create',
  'user.updated': 'update',
  'user.approved': 'approve',
  'user.blocked': 'block',
  'user.unblocked': 'unblock',
  'user.locks_cleared': 'clear locks',
  'user.deleted': 'delete',
  'user.erased': 'erase',
  'user.access_ended': 'end access',
  'user.password_changed': 'change password',
  'user.password_change_failed': 'Change password failed',
  'user.openid_bound': 'bind',
  'user.openid_unbound': 'unbind',
  'user.logged_in': 'login',
  'user.logged_out': 'logout',
  'user.login_failed': 'Login failed',
  'account.created': 'create',
  'account.updated': 'update',
  'account.deleted': 'delete',
  'membership.added': 'create',
  'membership.updated': 'update',
  'membership.removed': 'delete',
  'group.created': 'create',
  'group.updated': 'update',
  'group.deleted': 'delete',
  'group.member_added': 'add member',
  'group.member_removed': 'remove member',
  'application.created': 'create',
  'application.updated': 'update',
  'application.deleted': 'delete',
  'policy.created': 'create',
  'policy.updated': 'update',
  'policy.deleted': 'delete',
  'organization.created': 'create',
  'organization.updated': 'update',
  'zone.created': 'create',
  'zone.deleted': 'delete',
  'signing_key.created': 'create',
  'signing_key.encrypted': 'update',
  'server.tokens_imported': 'import',
  'server.last_uses_collected': 'update',
  'server.network_locks_cleared': 'clear locks',
  'server.settings_changed': 'update',
  'server.restored': 'restore',
  'server.backed_up': 'back up',
};

const TARGET_TYPES: Readonly<Record<ChangeTarget['type'], string>> = {
  token: 'access-token',
  user: 'user',
  account: 'account',
  membership: 'membership',
  group: 'group',
  application: 'application',
  policy: 'policy',
  organization: 'organization',
  zone: 'zone',
  server: 'server-config',
};

/** Every action, for OpenAPI. */
export const ACTION_NAMES = [...new Set(Object.values(ACTIONS))];

/** Every target type, for OpenAPI. */
export const TARGET_TYPE_NAMES = Object.values(TARGET_TYPES);

/** The verb for a change. Unknown changes, recorded by a newer version, keep their own name. */
export function actionName(type: string): string {
  return own(ACTIONS, type) ?? type;
}

export function targetTypeName(type: string): string {
  return own(TARGET_TYPES, type) ?? type;
}

/** Types of the vendor's targets that this server has none of (docs/contracts/canvus.md §7). */
const OTHER_TYPES = ['Canvas', 'CanvasFolder', 'Client', 'License', 'Workspace'];

/** The types by their names without case and separators: the vendor's documents write `ServerConfig`, its server `user`. */
const STORED_TYPES = new Map([
  ...OTHER_TYPES.map((name) => [normalized(name), ''] as const),
  ...Object.entries(TARGET_TYPES).map(([type, name]) => [normalized(name), type] as const),
]);

/** The type as stored in rows; `''`, which no row has, for one of the vendor's; `undefined` for any other name. */
export function targetTypeOf(name: string): string | undefined {
  return STORED_TYPES.get(normalized(name));
}

function normalized(name: string): string {
  return name.toLowerCase().replace(/[-_ ]/g, '');
}

/** The type of a change by its verb and target type as shown; the verb itself for those that are not known. */
export function changeTypeOf(action: string, targetType: string): string {
  const stored = targetTypeOf(targetType) ?? '';
  const types = Object.keys(ACTIONS) as ChangeType[];
  return types.find((type) => type.startsWith(`${stored}.`) && ACTIONS[type] === action) ?? action;
}

function own(names: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(names, key) ? names[key] : undefined;
}
