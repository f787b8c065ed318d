/** A token and its owner as read from the database, prepared for the comparison with presented credentials. */
import { timingSafeEqual } from 'node:crypto';
import { NO_SCOPES } from '../tokens/scopes.js';
import type { Token } from '../tokens/token.entity.js';
import type { DirectoryUser } from '../user-directory.js';
import type { StoredToken } from './token-lookup.js';

/** The reason why an existing token is not accepted. */
export type RejectionReason =
  | 'wrong_secret'
  | 'expired'
  | 'disabled'
  | 'owner_gone'
  | 'owner_blocked'
  | 'owner_unapproved';

/** A credential that is accepted. */
export interface Acceptance {
  readonly status: 'valid';
  readonly token: Readonly<Token>;
  /** The user that the token acts for; `null` for tokens that belong to an account only. */
  readonly owner: DirectoryUser | null;
  /** The scopes that the token holds; none if it has no scopes. */
  readonly scopes: readonly string[];
  /** Which secret matched: after a rotation with overlap, both are accepted. */
  readonly matched: 'current' | 'previous';
}

/** The result for a presented credential. Outside callers are not told the reason of a rejection. */
export type Verdict =
  | Acceptance
  | { readonly status: RejectionReason; readonly token: Readonly<Token> }
  | { readonly status: 'unknown' };

/** Characters of a digest: a SHA-256 in hex. */
const DIGEST_LENGTH = 64;

/** Shared buffer for the presented digest, which avoids an allocation per comparison. */
const presented = Buffer.alloc(DIGEST_LENGTH);

export class KnownToken {
  readonly token: Readonly<Token>;
  /** When the last use of each secret was recorded, in milliseconds since 1970. */
  readonly notedAt = { current: 0, previous: 0 };
  private readonly digest: Buffer | null;
  private readonly previousDigest: Buffer | null;
  private readonly previousUntil: number;
  private readonly expiresAt: number;
  private readonly accepted: { readonly current: Acceptance; readonly previous: Acceptance };

  /** @param owner - `null` for a token without an owner, `undefined` if its owner does not exist */
  constructor(
    { token, digest, previousDigest }: StoredToken,
    private readonly owner: DirectoryUser | null | undefined,
  ) {
    this.token = Object.freeze(token);
    this.digest = bytes(digest);
    this.previousDigest = bytes(previousDigest);
    this.previousUntil = token.previousSecretExpiresAt?.getTime() ?? 0;
    this.expiresAt = token.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY;
    const acceptance = { status: 'valid', token, owner: owner ?? null, scopes: token.scopes ?? NO_SCOPES } as const;
    this.accepted = {
      current: { ...acceptance, matched: 'current' },
      previous: { ...acceptance, matched: 'previous' },
    };
    this.notedAt.current = token.lastSeenAt?.getTime() ?? 0;
    this.notedAt.previous = token.previousLastSeenAt?.getTime() ?? 0;
  }

  /**
   * @param digest - SHA-256 of the secret presented, 64 hex characters; compared in constant time
   * @param now - milliseconds since 1970
   */
  judge(digest: string, now: number): Verdict {
    const { token, owner } = this;
    const matched = this.matched(digest, now);
    if (!matched) return { status: 'wrong_secret', token };
    if (now >= this.expiresAt) return { status: 'expired', token };
    if (!token.enabled) return { status: 'disabled', token };
    if (owner === undefined) return { status: 'owner_gone', token };
    if (owner !== null && owner.status !== 'active') return { status: `owner_${owner.status}`, token };
    return this.accepted[matched];
  }

  private matched(digest: string, now: number): 'current' | 'previous' | undefined {
    presented.write(digest, 'latin1');
    if (this.digest && timingSafeEqual(this.digest, presented)) return 'current';
    if (this.previousDigest && now < this.previousUntil && timingSafeEqual(this.previousDigest, presented)) {
      return 'previous';
    }
    return undefined;
  }
}

function bytes(digest: string | null): Buffer | null {
  return digest === null ? null : Buffer.from(digest, 'latin1');
}
