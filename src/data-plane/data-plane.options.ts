/** What the data plane needs to be told. */
import { matching, wholeNumber, type OptionRules } from '../core/index.js';

/** Options of `DataPlaneModule`. */
export interface DataPlaneOptions {
  /**
   * For how many seconds a proxy may remember that a credential was accepted; 0, unless given, for not at all. What it
   * remembers it admits after a revocation, too.
   */
  readonly maxAgeSeconds?: number;
  /**
   * Name of a header that may hold a service token as a JSON object, `{"cf-access-client-id": …,
   * "cf-access-client-secret": …}` (contract cloudflare §6.1); none unless given.
   */
  readonly jsonHeader?: string | undefined;
}

/** What each may be; the name of a header by RFC 9110 §5.6.2. */
export const OPTION_RULES: OptionRules<DataPlaneOptions> = {
  maxAgeSeconds: wholeNumber(0, 3600),
  jsonHeader: matching(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/, 'the name of a header'),
};

/** Below which everything is served unless the host says otherwise. */
export const DEFAULT_PATH = '/';
