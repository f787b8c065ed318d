/** The changes to tokens: typed values that become audit rows and, after the commit, events. */
import type { Actor } from '../database/actor.js';
import type { Token } from '../tokens/token.entity.js';

/** The object that a change affects. */
export interface ChangeTarget {
  readonly type:
    | 'token'
    | 'user'
    | 'account'
    | 'membership'
    | 'group'
    | 'application'
    | 'policy'
    | 'organization'
    | 'zone'
    | 'server';
  readonly id: string | null;
  readonly name: string | null;
}

/**
 * Something that happened: plain data, since it may be sent to other instances. It is named by its `type`
 * (`<target>.<past participle>`), and contains identifiers but no secret.
 */
export abstract class Change {
  abstract readonly type: string;
  abstract readonly target: ChangeTarget;
  /** The account in which it happened, if any. */
  readonly accountId: string | null = null;
  /** The user whom it concerns, if any: who was changed, or whose token, login or membership was. */
  readonly userId: number | null = null;
  /** Further facts for the audit log; never a secret. */
  readonly details: Readonly<Record<string, unknown>> = {};

  /**
   * Whether the audit log has one row for all changes of this type within an hour that return the same text here, with
   * their number; `null` for a row of its own. For what strangers can cause without limit.
   */
  aggregatedBy(_author: Actor): string | null {
    return null;
  }

  /** Whether the audit row of this change also tells another change of the same unit of work, which then gets none. */
  tells?(other: Change): boolean;

  /**
   * Whether it may invalidate what was read before: a token that was accepted, or the user it acts for. Every instance
   * then evicts that, and the author waits until all have done so. `false` leaves caches as they are.
   */
  revokesAccess(): boolean {
    return true;
  }
}

/** The class of a change, used to restore changes received from other instances. */
export type ChangeClass = abstract new (...parts: never[]) => Change;

/** A change to one token. */
export abstract class TokenChange extends Change {
  readonly target: ChangeTarget;
  readonly tokenId: string;
  readonly kind: string;
  readonly handle: string;
  override readonly userId: number | null;
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
    // A handle that is unique only within an account may be chosen by people, and may itself suffice to be admitted.
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

/** Label, expiry, `enabled` or a kind's own fields changed; `details.fields` names them, and further ones tell from what to what. */
export class TokenUpdated extends TokenChange {
  readonly type = 'token.updated';
}

/** The secret was replaced; `details.previous_secret_expires_at` is when the old one stops working. */
export class TokenRotated extends TokenChange {
  readonly type = 'token.rotated';
}

/** The token is gone. */
export class TokenRevoked extends TokenChange {
  readonly type = 'token.revoked';
}

/** An imported token was used for the first time, and its secret is stored as those of other tokens are. */
export class TokenAdopted extends TokenChange {
  readonly type = 'token.adopted';

  override aggregatedBy(): string {
    return '';
  }
}

/** Tokens of another server were imported; each of them is issued as well. */
export class TokensImported extends Change {
  readonly type = 'server.tokens_imported';
  readonly target: ChangeTarget = { type: 'server', id: null, name: null };

  override aggregatedBy(): string {
    return '';
  }

  override revokesAccess(): boolean {
    return false;
  }
}

/**
 * Every instance writes the uses of tokens that it has not written yet, before the caller who asked for it goes on: needed to
 * judge which tokens are in use.
 */
export class LastUsesCollected extends Change {
  readonly type = 'server.last_uses_collected';
  readonly target: ChangeTarget = { type: 'server', id: null, name: null };

  override aggregatedBy(): string {
    return '';
  }
}

/** The core's changes by their type. */
export const TOKEN_CHANGES = {
  'token.issued': TokenIssued,
  'token.updated': TokenUpdated,
  'token.rotated': TokenRotated,
  'token.revoked': TokenRevoked,
  'token.adopted': TokenAdopted,
  'server.tokens_imported': TokensImported,
  'server.last_uses_collected': LastUsesCollected,
} as const satisfies Readonly<Record<string, ChangeClass>>;
