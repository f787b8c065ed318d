/** The one read that verification needs, made for speed; each engine does it in its own way. */
import type { Token } from '../tokens/token.entity.js';

/** A committed row: the token without its digests, and these beside it (64 hex characters). */
export interface StoredToken {
  readonly token: Token;
  readonly digest: string | null;
  readonly previousDigest: string | null;
}

/** What a row is found by: the digest of a secret (64 hex characters), or kind, scope and handle. */
export type LookupKey =
  { readonly digest: string } | { readonly kind: string; readonly handleScope: string; readonly handle: string };

/** Also the injection token. */
export abstract class TokenLookup {
  /**
   * The row as it is committed, or `null`; at once where the engine can.
   * @throws DomainError `unavailable`, thrown or rejected
   */
  abstract find(key: LookupKey): StoredToken | null | Promise<StoredToken | null>;

  /**
   * Whether there is such a row, in the time that `find` takes to find none.
   * @throws DomainError `unavailable`, thrown or rejected
   */
  abstract exists(key: LookupKey): boolean | Promise<boolean>;
}
