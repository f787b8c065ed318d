/** What the data plane needs to be told. */
import { wholeNumber, type OptionRules } from '../core/index.js';

/** Options of `DataPlaneModule`. */
export interface DataPlaneOptions {
  /**
   * For how many seconds a proxy may remember that a credential was accepted; 0, unless given, for not at all. What it
   * remembers it admits after a revocation, too.
   */
  readonly maxAgeSeconds?: number;
}

/** What each may be. */
export const OPTION_RULES: OptionRules<DataPlaneOptions> = {
  maxAgeSeconds: wholeNumber(0, 3600),
};

/** Below which everything is served unless the host says otherwise. */
export const DEFAULT_PATH = '/';
