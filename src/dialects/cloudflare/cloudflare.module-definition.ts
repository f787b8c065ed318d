/** The dialect as a configurable module: `forRoot` and `forRootAsync`, with the prefix as a static extra. */
import { ConfigurableModuleBuilder } from '@nestjs/common';
import { EXTRAS, mountedAt, type DialectExtras } from '../../http/index.js';
import { DEFAULT_PATH, type CloudflareOptions } from './cloudflare.options.js';
import { CLOUDFLARE_SETTINGS } from './cloudflare.settings.js';

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: CLOUDFLARE_OPTIONS } =
  new ConfigurableModuleBuilder<CloudflareOptions>({ moduleName: 'Cloudflare' })
    .setClassMethodName('forRoot')
    .setExtras<DialectExtras>(EXTRAS, mountedAt(DEFAULT_PATH, CLOUDFLARE_SETTINGS))
    .build();
