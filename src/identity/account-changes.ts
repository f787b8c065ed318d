/** The changes to accounts and memberships. */
import { Change, type ChangeTarget } from '../core/index.js';
import type { Account } from './account.entity.js';
import type { Membership } from './membership.entity.js';

/** A change to one account. */
export abstract class AccountChange extends Change {
  readonly target: ChangeTarget;
  override readonly accountId: string;

  constructor(
    account: Pick<Account, 'id' | 'name'>,
    override readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super();
    this.accountId = account.id;
    this.target = { type: 'account', id: account.id, name: account.name };
  }
}

/**
 * An account was created. It revokes access: a policy that names no account admits everybody only while there is one
 * account.
 */
export class AccountCreated extends AccountChange {
  readonly type = 'account.created';
}

/** `details.fields` names what changed. */
export class AccountUpdated extends AccountChange {
  readonly type = 'account.updated';

  override revokesAccess(): boolean {
    return false;
  }
}

/** The account was deleted, together with its tokens and memberships. */
export class AccountDeleted extends AccountChange {
  readonly type = 'account.deleted';
}

/** A change to a user's role in an account. */
export abstract class MembershipChange extends Change {
  readonly target: ChangeTarget;
  override readonly userId: number;
  override readonly accountId: string;
  override readonly details: Readonly<Record<string, unknown>>;

  constructor(
    membership: Pick<Membership, 'id' | 'accountId' | 'userId' | 'role'>,
    details: Readonly<Record<string, unknown>> = {},
  ) {
    super();
    this.accountId = membership.accountId;
    this.userId = membership.userId;
    this.target = { type: 'membership', id: membership.id, name: null };
    this.details = { user_id: membership.userId, role: membership.role, ...details };
  }
}

/** A user was added to an account. */
export class MemberAdded extends MembershipChange {
  readonly type = 'membership.added';

  override revokesAccess(): boolean {
    return false;
  }
}

/** A user's role in an account was changed; `details.old_role` is what it was. */
export class MemberUpdated extends MembershipChange {
  readonly type = 'membership.updated';
}

/** A user was removed from an account; their logins to it have ended. */
export class MemberRemoved extends MembershipChange {
  readonly type = 'membership.removed';
}
