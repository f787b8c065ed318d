/** The options of identity. */
import type { Options, Values } from '../settings/index.js';
import type { CoreOptions } from '../core/index.js';
import type { LOGIN_THROTTLE_SETTINGS } from './identity.settings.js';

/** Limits of the login throttle. */
export type LoginThrottleOptions = Options<typeof LOGIN_THROTTLE_SETTINGS>;

export interface IdentityOptions extends Pick<CoreOptions, 'passwords'> {
  readonly loginThrottle: Values<typeof LOGIN_THROTTLE_SETTINGS>;
}

/** Injection token of {@link IdentityOptions}. */
export const IDENTITY_OPTIONS = Symbol('latchkey:identity-options');
