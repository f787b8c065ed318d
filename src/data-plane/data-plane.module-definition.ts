/** The data plane as a configurable module: `forRoot` and `forRootAsync`, with the prefix as a static extra. */
import { ConfigurableModuleBuilder } from '@nestjs/common';
import { mountedAt, type DialectExtras } from '../http/index.js';
import { DEFAULT_PATH, type DataPlaneOptions } from './data-plane.options.js';

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: DATA_PLANE_OPTIONS } =
  new ConfigurableModuleBuilder<DataPlaneOptions>({ moduleName: 'DataPlane' })
    .setClassMethodName('forRoot')
    .setExtras<DialectExtras>({}, mountedAt(DEFAULT_PATH))
    .build();
