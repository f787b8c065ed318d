/** What can be set of the dialect, and the module that takes it. */
import { ConfigurableModuleBuilder } from '@nestjs/common';
import {
  EXTRAS,
  matching,
  mountedAt,
  setting,
  settingsTable,
  textForm,
  type DialectExtras,
  type OptionRules,
} from '../../../src/dialect-kit.js';

const PREFIX = /^[A-Za-z0-9]{1,15}_$/;
const EXPECTED = 'up to 15 letters or digits and an underscore';

export interface AcmeOptions {
  readonly prefix?: string;
}

export const ACME_SETTINGS = settingsTable(
  'Acme dialect',
  {
    prefix: setting({
      env: 'ACME_KEY_PREFIX',
      form: textForm((prefix) => PREFIX.test(prefix), EXPECTED),
      default: 'acme_',
      doc: 'What new keys begin with',
    }),
  },
  ['ACME_'],
);

const RULES: OptionRules<AcmeOptions> = { prefix: matching(PREFIX, EXPECTED) };

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: ACME_OPTIONS } =
  new ConfigurableModuleBuilder<AcmeOptions>({ moduleName: 'Acme' })
    .setClassMethodName('forRoot')
    .setExtras<DialectExtras>(EXTRAS, mountedAt('/acme', RULES))
    .build();
