/** What identity needs to be told. */

/** When somebody who fails to log in has to wait. */
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
