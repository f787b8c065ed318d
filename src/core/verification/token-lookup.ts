/** The database read of verification, optimised for speed; each engine has its own implementation. */
import type { Token } from '../tokens/token.entity.js';

/** A committed row: the token, and separately its digests (64 hex characters). */
export interface StoredToken {
  readonly token: Token;
  readonly digest: string | null;
  readonly previousDigest: string | null;
}

/** Identifies a row: the digest of a secret (64 hex characters), or kind, scope and handle. */
export type LookupKey =
  | { readonly digest: string }
  | { readonly kind: string; readonly handleScope: string; readonly handle: string };

/** Finds tokens for verification. The class is also the injection token. */
export abstract class TokenLookup {
  /**
   * The committed row, or `null`; synchronous if the engine can do it.
   * @throws DomainError `unavailable`, thrown or rejected
   */
  abstract find(key: LookupKey): StoredToken | null | Promise<StoredToken | null>;

  /**
   * Whether the row exists; takes the time that `find` takes for a missing row.
   * @throws DomainError `unavailable`, thrown or rejected
   */
  abstract exists(key: LookupKey): boolean | Promise<boolean>;
}
