/** The dialect as a configurable module: `forRoot` and `forRootAsync`, with the prefix as a static extra. */
import { ConfigurableModuleBuilder } from '@nestjs/common';
import { EXTRAS, mountedAt, type DialectExtras } from '../../http/index.js';
import { DEFAULT_PATH, OPTION_RULES, type CrmOptions } from './crm.options.js';

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: CRM_OPTIONS } = new ConfigurableModuleBuilder<CrmOptions>(
  { moduleName: 'Crm' },
)
  .setClassMethodName('forRoot')
  .setExtras<DialectExtras>(EXTRAS, mountedAt(DEFAULT_PATH, OPTION_RULES))
  .build();
