/** The options of identity. */
import type { Options, Values } from '../settings/index.js';
import type { CoreOptions } from '../core/index.js';
import type { LOGIN_THROTTLE_SETTINGS, NAME_SETTINGS, RIGHTS_SETTINGS } from './identity.settings.js';

/** Limits of the login throttle. */
export type LoginThrottleOptions = Options<typeof LOGIN_THROTTLE_SETTINGS>;

/** Rules about e-mail addresses and names of accounts. */
export type NameOptions = Options<typeof NAME_SETTINGS>;

/** What users may do to themselves and their accounts. */
export type RightsOptions = Options<typeof RIGHTS_SETTINGS>;

export interface IdentityOptions extends Pick<CoreOptions, 'passwords'> {
  readonly loginThrottle: Values<typeof LOGIN_THROTTLE_SETTINGS>;
  readonly names: Values<typeof NAME_SETTINGS>;
  readonly rights: Values<typeof RIGHTS_SETTINGS>;
}

/** Injection token of {@link IdentityOptions}. */
export const IDENTITY_OPTIONS = Symbol('latchkey:identity-options');
