/** The changes about guesses: passwords of tokens that were wrong, and networks whose failures were forgotten. */
import { Change, networksOf, type Actor, type ChangeTarget, type Networks } from '../core/index.js';

/** The token that a presented name belongs to. */
export interface PresentedName {
  readonly kind: string;
  readonly accountId: string;
  /** Of the token with this name; `null` if there is none. */
  readonly tokenId: string | null;
  readonly name: string;
}

/**
 * A name and a password of a token were presented to a service, and not accepted. The target's name is what was
 * presented if a token has it, for any other text may be a password in the wrong place. The audit log has one row for
 * those of an hour from one IPv4 address or IPv6 /48 for the same token.
 */
export class TokenPasswordRefused extends Change {
  readonly type = 'token.password_refused';
  readonly target: ChangeTarget;
  override readonly accountId: string;
  override readonly details: Readonly<Record<string, unknown>>;

  constructor({ kind, accountId, tokenId, name }: PresentedName) {
    super();
    this.target = { type: 'token', id: null, name: tokenId === null ? null : name };
    this.accountId = accountId;
    this.details = { kind, token_id: tokenId };
  }

  override aggregatedBy({ address }: Actor): string {
    const { narrow, wide } = networksOf(address);
    return JSON.stringify([narrow.includes(':') ? wide : narrow, this.accountId, this.details]);
  }

  override revokesAccess(): boolean {
    return false;
  }
}

/** The failures that were counted for a network are forgotten; `details` has its names. */
export class NetworkLocksCleared extends Change {
  readonly type = 'server.network_locks_cleared';
  readonly target: ChangeTarget = { type: 'server', id: null, name: null };
  override readonly details: Readonly<Record<string, unknown>>;

  constructor({ narrow, wide }: Networks) {
    super();
    this.details = { networks: narrow === wide ? [narrow] : [narrow, wide] };
  }
}
