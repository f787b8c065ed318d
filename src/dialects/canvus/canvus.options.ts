/** What the Canvus dialect can be told. */
import { matching, wholeNumber, type OptionRules } from '../../core/index.js';

/** Options of `CanvusModule`. */
export interface CanvusOptions {
  /** What `server-info` shows beside the version of the vendor's server it is compatible with; `latchkey` unless given. */
  readonly productVersion?: string;
  /** Seconds between the blank lines of an idle stream, at the most; 15 unless given. */
  readonly keepaliveSeconds?: number;
}

/** What each may be. */
export const OPTION_RULES: OptionRules<CanvusOptions> = {
  productVersion: matching(/\S/, 'a name and a version'),
  keepaliveSeconds: wholeNumber(1, 3600),
};

/** Where the dialect is served unless the host says otherwise (contract §1.1). */
export const DEFAULT_PATH = '/api/v1';
