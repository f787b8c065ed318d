/** The limits of logins and personal tokens, as options. */
import type { Options } from '../../settings/index.js';
import type { USER_TOKEN_SETTINGS } from '../identity.settings.js';

/** Limits of logins and personal tokens. */
export type UserTokenOptions = Options<typeof USER_TOKEN_SETTINGS>;

/** Injection token of the options, with their defaults filled in. */
export const USER_TOKEN_OPTIONS = Symbol('latchkey:user-token-options');
