/** The settings of Latchkey's own API. */
import { integer, setting, settingsTable, text } from '../../settings/index.js';

/** Latchkey's own API, and the logins of its console. */
export const LATCHKEY_API_SETTINGS = settingsTable(
  'Latchkey’s own API',
  {
    consoleIdleMinutes: setting({
      env: 'CONSOLE_IDLE_MINUTES',
      form: integer(5, 1440),
      default: 30,
      doc: 'Minutes without a request after which a login of the console ends',
      more: 'It is accurate to about a minute.',
    }),
    consoleLoginHours: setting({
      env: 'CONSOLE_LOGIN_HOURS',
      form: integer(1, 720),
      default: 12,
      doc: 'Hours after which a login of the console ends in any case',
    }),
    idempotencyHours: setting({
      env: 'IDEMPOTENCY_HOURS',
      form: integer(1, 720),
      default: 24,
      doc: 'Hours for which a repeated request with the same `Idempotency-Key` gets the first answer',
    }),
    productVersion: setting({
      form: text((version) => /\S/.test(version), 'a version'),
      default: 'unknown',
      doc: 'The version of the server that `GET /me` shows',
    }),
  },
  ['CONSOLE_', 'IDEMPOTENCY_'],
);
