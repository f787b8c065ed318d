/** The settings of the dialect, and its configurable module. */
import { configurableModule, setting, settingsTable, textForm } from '../../../src/dialect-kit.js';

const PREFIX = /^[A-Za-z0-9]{1,15}_$/;

export const ACME_SETTINGS = settingsTable(
  'Acme dialect',
  {
    prefix: setting({
      env: 'ACME_KEY_PREFIX',
      form: textForm((prefix) => PREFIX.test(prefix), 'up to 15 letters or digits and an underscore'),
      default: 'acme_',
      doc: 'What new keys begin with',
    }),
  },
  ['ACME_'],
);

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: ACME_OPTIONS } = configurableModule(
  'Acme',
  '/acme',
  ACME_SETTINGS,
);
