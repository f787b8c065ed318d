/** The options of the Cloudflare dialect. */
import { matching, wholeNumber, type OptionRules } from '../../core/index.js';

/** Options of `CloudflareModule`. */
export interface CloudflareOptions {
  /** Prefix of new client secrets: up to 15 letters or digits and an underscore. Default: `lkst_`. */
  readonly secretPrefix?: string;
  /** Maximum number of service tokens in an account. Default: 0, no limit. */
  readonly tokensPerAccount?: number;
}

/** The rules for the options. */
export const OPTION_RULES: OptionRules<CloudflareOptions> = {
  secretPrefix: matching(/^[A-Za-z0-9]{1,15}_$/, 'up to 15 letters or digits and an underscore'),
  tokensPerAccount: wholeNumber(0, 999_999_999),
};

/** The default prefix: clients require a base URL that ends like this. */
export const DEFAULT_PATH = '/client/v4';
