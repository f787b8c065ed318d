/** The options of the core. */

/** Bounds of the credential cache. Changes take effect at once whatever they are. */
export interface CredentialCacheOptions {
  /** Maximum number of tokens, about 1.5 KB each; 0 disables the cache. */
  readonly entries: number;
  /** Seconds after which a cached token is read again. */
  readonly seconds: number;
}

export interface CoreOptions {
  /** Cost of bcrypt for what people choose (passwords, pass codes): 4 to 16, each step doubles the time. */
  readonly bcryptCost: number;
  /** Bounds of the credential cache. Default: 50,000 tokens for 300 seconds. */
  readonly credentialCache?: CredentialCacheOptions;
}

/** Injection token of {@link CoreOptions}. */
export const CORE_OPTIONS = Symbol('latchkey:core-options');
