/** The dialect as a configurable module: `forRoot` and `forRootAsync`, with the prefix as a static extra. */
import { ConfigurableModuleBuilder } from '@nestjs/common';
import { EXTRAS, mountedAt, type DialectExtras } from '../../http/index.js';
import { DEFAULT_PATH, type CrmOptions } from './crm.options.js';
import { CRM_SETTINGS } from './crm.settings.js';

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: CRM_OPTIONS } = new ConfigurableModuleBuilder<CrmOptions>(
  { moduleName: 'Crm' },
)
  .setClassMethodName('forRoot')
  .setExtras<DialectExtras>(EXTRAS, mountedAt(DEFAULT_PATH, CRM_SETTINGS))
  .build();
