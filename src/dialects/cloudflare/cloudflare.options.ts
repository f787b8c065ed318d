/** The options of the Cloudflare dialect, and its default prefix. */
import type { Options } from '../../settings/index.js';
import type { CLOUDFLARE_SETTINGS } from './cloudflare.settings.js';

/** Options of `CloudflareModule`. */
export type CloudflareOptions = Options<typeof CLOUDFLARE_SETTINGS>;

/** The default prefix: clients require a base URL that ends like this. */
export const DEFAULT_PATH = '/client/v4';
