/** Credentials as callers present them. */
import type { Secret } from '../tokens/secret.js';

/** A secret that identifies its token by itself, or a handle together with a secret. */
export type Credential =
  | { readonly secret: Secret }
  | { readonly secret: Secret; readonly kind: string; readonly handle: string; readonly handleScope?: string };
