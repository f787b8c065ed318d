/** What the Cloudflare dialect can be told. */
import { matching, wholeNumber, type OptionRules } from '../../core/index.js';

/** Options of `CloudflareModule`. */
export interface CloudflareOptions {
  /** What new client secrets begin with: up to 15 letters or digits and an underscore; `lkst_` unless given. */
  readonly secretPrefix?: string;
  /** Service tokens an account may have; 0, unless given, for any number. */
  readonly tokensPerAccount?: number;
}

/** What each may be. */
export const OPTION_RULES: OptionRules<CloudflareOptions> = {
  secretPrefix: matching(/^[A-Za-z0-9]{1,15}_$/, 'up to 15 letters or digits and an underscore'),
  tokensPerAccount: wholeNumber(0, 999_999_999),
};

/** Where the dialect is served unless the host says otherwise: clients want a base URL that ends so. */
export const DEFAULT_PATH = '/client/v4';
