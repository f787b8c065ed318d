/** The options of identity. */

/** Limits of the login throttle. */
export interface LoginThrottleOptions {
  /** Failures from one network address within the window. */
  readonly failuresPerAddress: number;
  /** Failures for one e-mail address within the window. */
  readonly failuresPerAccount: number;
  readonly windowSeconds: number;
}

export interface IdentityOptions {
  readonly loginThrottle: LoginThrottleOptions;
}

/** Injection token of {@link IdentityOptions}. */
export const IDENTITY_OPTIONS = Symbol('latchkey:identity-options');
