/** The changes of identity by their type, and those to the settings of the server. */
import { Change, type ChangeClass, type ChangeTarget } from '../core/index.js';
import {
  AccountCreated,
  AccountDeleted,
  AccountUpdated,
  MemberAdded,
  MemberRemoved,
  MemberUpdated,
} from './account-changes.js';
import { NetworkLocksCleared, TokenPasswordRefused } from './guess-changes.js';
import { hasField } from './changed-fields.js';
import {
  GroupCreated,
  GroupDeleted,
  GroupMemberAdded,
  GroupMemberRemoved,
  GroupUpdated,
} from './groups/group-changes.js';
import {
  LoginFailed,
  PasswordChangeFailed,
  PasswordChanged,
  UserAccessEnded,
  UserApproved,
  UserBlocked,
  UserCreated,
  UserDeleted,
  UserErased,
  UserLocksCleared,
  UserLoggedIn,
  UserLoggedOut,
  UserOpenIdBound,
  UserOpenIdUnbound,
  UserUnblocked,
  UserUpdated,
} from './user-changes.js';

export * from './account-changes.js';
export * from './groups/group-changes.js';
export * from './guess-changes.js';
export * from './user-changes.js';

/** The database was restored from a copy; all logins have ended. */
export class DatabaseRestored extends Change {
  readonly type = 'server.restored';
  readonly target: ChangeTarget = { type: 'server', id: null, name: null };

  constructor(override readonly details: Readonly<Record<string, unknown>>) {
    super();
  }
}

/** A copy of the database was given out; `details.bytes` is its size. */
export class BackupMade extends Change {
  readonly type = 'server.backed_up';
  readonly target: ChangeTarget = { type: 'server', id: null, name: null };

  constructor(override readonly details: Readonly<Record<string, unknown>>) {
    super();
  }

  override revokesAccess(): boolean {
    return false;
  }
}

/** The server's settings changed; `details.fields` names them. */
export class SettingsChanged extends Change {
  readonly type = 'server.settings_changed';
  readonly target: ChangeTarget = { type: 'server', id: null, name: null };

  constructor(override readonly details: Readonly<Record<string, unknown>>) {
    super();
  }

  /** Whether a field is among those that changed. */
  concerns(field: string): boolean {
    return hasField(this.details, field);
  }

  override revokesAccess(): boolean {
    return false;
  }
}

/** Identity's changes by their type. */
export const IDENTITY_CHANGES = {
  'user.created': UserCreated,
  'user.updated': UserUpdated,
  'user.approved': UserApproved,
  'user.blocked': UserBlocked,
  'user.unblocked': UserUnblocked,
  'user.locks_cleared': UserLocksCleared,
  'user.deleted': UserDeleted,
  'user.erased': UserErased,
  'user.access_ended': UserAccessEnded,
  'user.password_changed': PasswordChanged,
  'user.password_change_failed': PasswordChangeFailed,
  'user.openid_bound': UserOpenIdBound,
  'user.openid_unbound': UserOpenIdUnbound,
  'user.logged_in': UserLoggedIn,
  'user.logged_out': UserLoggedOut,
  'user.login_failed': LoginFailed,
  'account.created': AccountCreated,
  'account.updated': AccountUpdated,
  'account.deleted': AccountDeleted,
  'membership.added': MemberAdded,
  'membership.updated': MemberUpdated,
  'membership.removed': MemberRemoved,
  'group.created': GroupCreated,
  'group.updated': GroupUpdated,
  'group.deleted': GroupDeleted,
  'group.member_added': GroupMemberAdded,
  'group.member_removed': GroupMemberRemoved,
  'token.password_refused': TokenPasswordRefused,
  'server.network_locks_cleared': NetworkLocksCleared,
  'server.settings_changed': SettingsChanged,
  'server.restored': DatabaseRestored,
  'server.backed_up': BackupMade,
} as const satisfies Readonly<Record<string, ChangeClass>>;
