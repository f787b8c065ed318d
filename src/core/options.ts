/** What the core needs to be told. */

/** Bounds of what verification remembers; changes are heard of in any case. */
export interface CredentialCacheOptions {
  /** Tokens at the most, about 1.5 KB each; 0 remembers none. */
  readonly entries: number;
  /** Seconds after which a token is read again. */
  readonly seconds: number;
}

export interface CoreOptions {
  /** Cost of bcrypt for what people choose (passwords, pass codes): 4 to 16, each step doubles the time. */
  readonly bcryptCost: number;
  /** What verification remembers; 50,000 tokens for 300 seconds unless given. */
  readonly credentialCache?: CredentialCacheOptions;
}

/** Injection token of {@link CoreOptions}. */
export const CORE_OPTIONS = Symbol('latchkey:core-options');
