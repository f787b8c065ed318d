/** The settings of the CRM dialect. */
import { choice, flag, integer, setting, settingsTable } from '../../settings/index.js';

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
    tokensPerAccount: setting({
      env: 'CRM_TOKENS_PER_ACCOUNT',
      form: integer(0, 999_999_999),
      default: 1_000_000,
      doc: 'Maximum number of access tokens in an account; 0 sets no limit',
    }),
    listMax: setting({
      env: 'CRM_LIST_MAX',
      form: integer(1, 1_000_000),
      default: 10_000,
      doc: 'Access tokens that one `list` returns at most, whatever its `number`',
      more: 'The rest is listed by `offset`.',
    }),
    passCodeFailures: setting({
      env: 'CRM_PASS_CODE_FAILURES',
      form: integer(1, 100_000),
      default: 10,
      doc: 'Wrong pass codes of one user for one identifier within the window before 429',
      more: 'The window is `LOGIN_FAILURE_WINDOW_SECONDS`.',
    }),
    passCodeFailuresPerCaller: setting({
      env: 'CRM_PASS_CODE_USER_FAILURES',
      form: integer(1, 100_000),
      default: 100,
      doc: 'Wrong pass codes of one user for whatever identifiers within the window',
    }),
    passCodeFailuresPerIdentifier: setting({
      env: 'CRM_PASS_CODE_TOTAL_FAILURES',
      form: integer(1, 100_000),
      default: 50,
      doc: 'Wrong pass codes of all users together for one identifier within the window',
    }),
    consumerLoginFailures: setting({
      env: 'CRM_CONSUMER_LOGIN_FAILURES',
      form: integer(1, 1_000_000),
      default: 1000,
      doc: 'Failed logins of consumers with one key within the window',
      more: 'All consumers of an application log in with its key, so it is higher than what is for one user.',
    }),
  },
  ['CRM_'],
);
