/** Credentials as callers present them. */
import type { Secret } from '../tokens/secret.js';

/**
 * A secret that identifies its token by itself; a handle together with a secret; or, of a token without a secret, the
 * handle in the place of the secret.
 */
export type Credential =
  | { readonly secret: Secret }
  | { readonly secret: Secret; readonly kind: string; readonly handleScope: string }
  | { readonly secret: Secret; readonly kind: string; readonly handle: string; readonly handleScope?: string };
