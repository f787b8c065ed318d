/** What can happen to tokens: typed changes that become audit rows and, after the commit, events. */
import type { Token } from '../tokens/token.entity.js';

/** What a change was done to. */
export interface ChangeTarget {
  readonly type: 'token' | 'user' | 'account' | 'membership' | 'server';
  readonly id: string | null;
  readonly name: string | null;
}

/**
 * Something that happened. Plain data (it may cross to another instance), named by `type`
 * (`<target>.<past participle>`), holding identifiers and no secret.
 */
export abstract class Change {
  abstract readonly type: string;
  abstract readonly target: ChangeTarget;
  /** The account in which it happened, if any. */
  readonly accountId: string | null = null;
  /** Further facts for the audit log; never a secret. */
  readonly details: Readonly<Record<string, unknown>> = {};

  /**
   * Whether what was read before may be wrong after it: a token that was accepted, or the user it acts for. Then every
   * instance forgets it, and the author waits until all have. `false` leaves what is remembered in use.
   */
  revokesAccess(): boolean {
    return true;
  }
}

/** A change as a class, by which one that comes from another instance gets its methods back. */
export type ChangeClass = abstract new (...parts: never[]) => Change;

/** A change to one token. */
export abstract class TokenChange extends Change {
  readonly target: ChangeTarget;
  readonly tokenId: string;
  readonly kind: string;
  readonly handle: string;
  readonly userId: number | null;
  override readonly accountId: string | null;
  override readonly details: Readonly<Record<string, unknown>>;

  constructor(token: Token, details: Record<string, unknown> = {}) {
    super();
    this.target = { type: 'token', id: token.id, name: token.label };
    this.tokenId = token.id;
    this.kind = token.kind;
    this.handle = token.handle;
    this.userId = token.userId;
    this.accountId = token.accountId;
    // A handle that is unique only within an account was perhaps chosen, and may be all that one needs to be admitted.
    const handle = token.handleScope === '' ? { handle: token.handle } : {};
    this.details = { kind: token.kind, ...handle, user_id: token.userId, ...details };
  }
}

/** A new token exists. */
export class TokenIssued extends TokenChange {
  readonly type = 'token.issued';

  override revokesAccess(): boolean {
    return false;
  }
}

/** Label, expiry, `enabled` or a kind's own fields changed; `details.fields` names them. */
export class TokenUpdated extends TokenChange {
  readonly type = 'token.updated';
}

/** The secret was replaced; `details.previous_secret_expires_at` tells until when the old one works. */
export class TokenRotated extends TokenChange {
  readonly type = 'token.rotated';
}

/** The token is gone. */
export class TokenRevoked extends TokenChange {
  readonly type = 'token.revoked';
}

/** The core's changes by their type. */
export const TOKEN_CHANGES = {
  'token.issued': TokenIssued,
  'token.updated': TokenUpdated,
  'token.rotated': TokenRotated,
  'token.revoked': TokenRevoked,
} as const satisfies Readonly<Record<string, ChangeClass>>;
