/** The changes to users, and what they did. */
import { Change, TokenIssued, TokenRevoked, type Actor, type ChangeTarget } from '../core/index.js';
import { hasField } from './changed-fields.js';
import { emailKeyOf } from './labels/email-address.js';
import { networksOf } from '../core/index.js';
import type { User } from './user.entity.js';

/** A change to one user. */
export abstract class UserChange extends Change {
  readonly target: ChangeTarget;
  override readonly userId: number;
  /** Whether the user is an administrator of the server, or was one when deleted. */
  readonly admin: boolean | undefined;

  constructor(
    user: Pick<User, 'id' | 'name'> & Partial<Pick<User, 'admin'>>,
    override readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super();
    this.userId = user.id;
    this.admin = user.admin;
    this.target = { type: 'user', id: String(user.id), name: user.name };
  }

  /** What the change does to an administrator who may no longer be able to sign in after it; `null` for any other. */
  administratorLoss(): string | null {
    return this.admin !== false && this.revokesAccess() ? 'changed in this way' : null;
  }
}

/** A change to one user that takes no way to sign in. */
abstract class HarmlessUserChange extends UserChange {
  override administratorLoss(): null {
    return null;
  }
}

/** Something that a user did, or that was done for them: it invalidates nothing that was read before. */
abstract class UserEvent extends UserChange {
  override revokesAccess(): boolean {
    return false;
  }
}

/** A user was created. */
export class UserCreated extends UserEvent {
  readonly type = 'user.created';
}

/** Name, e-mail or rights changed; `details.fields` names them. */
export class UserUpdated extends UserChange {
  readonly type = 'user.updated';

  /** Whether a field is among those that changed. */
  concerns(field: string): boolean {
    return hasField(this.details, field);
  }

  override administratorLoss(): string | null {
    return this.admin === false && this.concerns('admin') ? 'demoted' : null;
  }
}

/** The user was approved: their tokens and logins are accepted from now on. */
export class UserApproved extends HarmlessUserChange {
  readonly type = 'user.approved';
}

/** The user was blocked: none of their tokens is accepted until they are unblocked. */
export class UserBlocked extends UserChange {
  readonly type = 'user.blocked';

  override administratorLoss(): string | null {
    return super.administratorLoss() && 'blocked';
  }
}

/** The user was unblocked: their tokens are accepted again. */
export class UserUnblocked extends HarmlessUserChange {
  readonly type = 'user.unblocked';
}

/** The user can sign in by OpenID Connect from now on; `details.issuer` is their provider. */
export class UserOpenIdBound extends UserEvent {
  readonly type = 'user.openid_bound';
}

/** The user can no longer sign in by OpenID Connect; `details.issuers` are the providers. */
export class UserOpenIdUnbound extends UserEvent {
  readonly type = 'user.openid_unbound';
}

/** An administrator had the user's failed logins forgotten. */
export class UserLocksCleared extends UserEvent {
  readonly type = 'user.locks_cleared';
}

/** The user was deleted, together with their tokens and memberships. */
export class UserDeleted extends UserChange {
  readonly type = 'user.deleted';

  override administratorLoss(): string | null {
    return super.administratorLoss() && 'deleted';
  }
}

/**
 * The user's tokens and logins, and the tokens that they created, are ended; `details` counts them by kind. The removal
 * of each token is a separate change.
 */
export class UserAccessEnded extends HarmlessUserChange {
  readonly type = 'user.access_ended';
}

/** The audit log no longer says who the deleted user was; `details.audit_rows` counts its rows that have changed. */
export class UserErased extends Change {
  readonly type = 'user.erased';
  readonly target: ChangeTarget;

  constructor(
    override readonly userId: number,
    override readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super();
    this.target = { type: 'user', id: String(userId), name: null };
  }

  override revokesAccess(): boolean {
    return false;
  }
}

/** The password was changed; the user's other logins have ended. */
export class PasswordChanged extends HarmlessUserChange {
  readonly type = 'user.password_changed';
}

/** A signed-in user gave a wrong current password when changing their password. */
export class PasswordChangeFailed extends UserEvent {
  readonly type = 'user.password_change_failed';
}

/** Something that a login of one account may be about. */
abstract class LoginEvent extends UserEvent {
  override readonly accountId: string | null;

  /** @param accountId - to which the login is bound */
  constructor(
    user: Pick<User, 'id' | 'name'>,
    details: Readonly<Record<string, unknown>> = {},
    accountId: string | null = null,
  ) {
    super(user, details);
    this.accountId = accountId;
  }
}

/**
 * A login was opened; `details.method` is `password`, `token` or `openid`. That its token was issued is a separate change, which
 * the audit row of this one tells.
 */
export class UserLoggedIn extends LoginEvent {
  readonly type = 'user.logged_in';

  override tells(other: Change): boolean {
    return other instanceof TokenIssued && other.tokenId === this.details.token_id;
  }
}

/** The user logged out. The removal of the login's token is a separate change, which the audit row of this one tells. */
export class UserLoggedOut extends LoginEvent {
  readonly type = 'user.logged_out';

  override tells(other: Change): boolean {
    return other instanceof TokenRevoked && other.tokenId === this.details.token_id;
  }
}

/**
 * A login failed. The target's name is the e-mail address tried; nothing tells whether it exists. By OpenID Connect,
 * `details.reason` says why. The audit log has one row for those of an hour from one IPv4 address or IPv6 /48 that tried
 * the same address in the same way.
 */
export class LoginFailed extends Change {
  readonly type = 'user.login_failed';
  readonly target: ChangeTarget;

  constructor(
    attemptedEmail: string | null,
    override readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super();
    this.target = { type: 'user', id: null, name: attemptedEmail };
  }

  override aggregatedBy({ address }: Actor): string {
    const { narrow, wide } = networksOf(address);
    const { method, dialect, reason } = this.details;
    const { name } = this.target;
    return JSON.stringify([
      narrow.includes(':') ? wide : narrow,
      name === null ? null : emailKeyOf(name),
      method,
      dialect,
      ...(reason === undefined ? [] : [reason]),
    ]);
  }

  override revokesAccess(): boolean {
    return false;
  }
}
