/** The data plane as a configurable module: `forRoot` and `forRootAsync`, with the prefix as a static extra. */
import { ConfigurableModuleBuilder } from '@nestjs/common';
import { EXTRAS, mountedAt, type DialectExtras } from '../http/index.js';
import { DEFAULT_PATH, type DataPlaneOptions } from './data-plane.options.js';
import { DATA_PLANE_SETTINGS } from './data-plane.settings.js';

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: DATA_PLANE_OPTIONS } =
  new ConfigurableModuleBuilder<DataPlaneOptions>({ moduleName: 'DataPlane' })
    .setClassMethodName('forRoot')
    .setExtras<DialectExtras>(EXTRAS, mountedAt(DEFAULT_PATH, DATA_PLANE_SETTINGS))
    .build();
