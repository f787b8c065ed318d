/** The options of the data plane. */
import { wholeNumber, type OptionRules } from '../core/index.js';

/** Options of `DataPlaneModule`. */
export interface DataPlaneOptions {
  /**
   * For how many seconds a proxy may cache that a credential was accepted. Default: 0, not at all. A cached answer still
   * admits the credential after its revocation.
   */
  readonly maxAgeSeconds?: number;
}

/** The rules for the options. */
export const OPTION_RULES: OptionRules<DataPlaneOptions> = {
  maxAgeSeconds: wholeNumber(0, 3600),
};

/** The default prefix. */
export const DEFAULT_PATH = '/';
