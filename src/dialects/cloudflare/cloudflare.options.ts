/** The options of the Cloudflare dialect, and its default prefix. */
import { configurableModule } from '../../http/index.js';
import type { Options } from '../../settings/index.js';
import { CLOUDFLARE_SETTINGS } from './cloudflare.settings.js';

/** Options of `CloudflareModule`. */
export type CloudflareOptions = Options<typeof CLOUDFLARE_SETTINGS>;

/** Its module without the parts that serve it, and the injection token of its options. */
export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: CLOUDFLARE_OPTIONS } = configurableModule(
  'Cloudflare',
  '/client/v4',
  CLOUDFLARE_SETTINGS,
);
