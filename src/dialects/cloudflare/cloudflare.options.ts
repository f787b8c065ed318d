/** What the Cloudflare dialect can be told. */

/** Options of `CloudflareModule`. */
export interface CloudflareOptions {
  /** What new client secrets begin with: up to 15 letters or digits and an underscore; `lkst_` unless given. */
  readonly secretPrefix?: string;
  /** Service tokens an account may have; 0, unless given, for any number. */
  readonly tokensPerAccount?: number;
}

/** Where the dialect is served unless the host says otherwise: clients want a base URL that ends so. */
export const DEFAULT_PATH = '/client/v4';
