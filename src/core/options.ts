/** The options of the core. */
import type { Options, Values } from '../settings/index.js';
import type {
  CREDENTIAL_CACHE_SETTINGS,
  IMPORTED_TOKEN_SETTINGS,
  LAST_USE_SETTINGS,
  LONG_LIST_SETTINGS,
  PASSWORD_LIMIT_SETTINGS,
} from './core.settings.js';

/** Bounds of the credential cache. Changes take effect at once whatever they are. */
export type CredentialCacheOptions = Options<typeof CREDENTIAL_CACHE_SETTINGS>;

export interface CoreOptions {
  readonly bcryptCost: number;
  readonly passwords: Values<typeof PASSWORD_LIMIT_SETTINGS>;
  readonly credentialCache: Values<typeof CREDENTIAL_CACHE_SETTINGS>;
  readonly lastUse: Values<typeof LAST_USE_SETTINGS>;
  readonly importedTokens: Values<typeof IMPORTED_TOKEN_SETTINGS>;
  readonly longLists: Values<typeof LONG_LIST_SETTINGS>;
}

/** Injection token of {@link CoreOptions}. */
export const CORE_OPTIONS = Symbol('latchkey:core-options');
