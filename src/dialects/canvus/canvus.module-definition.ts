/** The dialect as a configurable module: `forRoot` and `forRootAsync`, with the prefix as a static extra. */
import { ConfigurableModuleBuilder } from '@nestjs/common';
import { EXTRAS, mountedAt, type DialectExtras } from '../../http/index.js';
import { DEFAULT_PATH, type CanvusOptions } from './canvus.options.js';
import { CANVUS_SETTINGS } from './canvus.settings.js';

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: CANVUS_OPTIONS } =
  new ConfigurableModuleBuilder<CanvusOptions>({ moduleName: 'Canvus' })
    .setClassMethodName('forRoot')
    .setExtras<DialectExtras>(EXTRAS, mountedAt(DEFAULT_PATH, CANVUS_SETTINGS))
    .build();
