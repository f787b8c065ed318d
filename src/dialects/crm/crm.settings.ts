/** The settings of the CRM dialect. */
import { choice, flag, setting, settingsTable } from '../../settings/index.js';

/** The CRM dialect. */
export const CRM_SETTINGS = settingsTable(
  'CRM.COM dialect',
  {
    allowNoIdentifier: setting({
      env: 'CRM_ALLOW_NO_IDENTIFIER',
      form: flag(),
      default: false,
      doc: 'Whether access tokens may have neither identifier nor pass code; an account may say otherwise',
    }),
    httpErrors: setting({
      env: 'CRM_HTTP_ERRORS',
      form: choice('ok', 'status'),
      default: 'ok',
      doc: '`ok` sends errors with HTTP 200, as clients of the vendor need; `status` with a 4xx',
    }),
  },
  ['CRM_'],
);
