/** What the Cloudflare dialect needs to be told. */

export interface CloudflareOptions {
  /** What new client secrets begin with: letters or digits and an underscore. */
  readonly secretPrefix: string;
  /** Service tokens an account may have; 0 for any number. */
  readonly tokensPerAccount: number;
}

/** Where the dialect is served unless the host says otherwise: clients want a base URL that ends so. */
export const DEFAULT_PATH = '/client/v4';
