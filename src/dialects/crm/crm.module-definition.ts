/** The dialect as a configurable module: `forRoot` and `forRootAsync`, with the prefix as a static extra. */
import { ConfigurableModuleBuilder } from '@nestjs/common';
import { mountedAt, type DialectExtras } from '../../http/index.js';
import { DEFAULT_PATH, type CrmOptions } from './crm.options.js';

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: CRM_OPTIONS } = new ConfigurableModuleBuilder<CrmOptions>(
  { moduleName: 'Crm' },
)
  .setClassMethodName('forRoot')
  .setExtras<DialectExtras>({}, mountedAt(DEFAULT_PATH))
  .build();
