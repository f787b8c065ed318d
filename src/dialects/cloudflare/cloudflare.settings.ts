/** The settings of the Cloudflare dialect. */
import { choice, integer, setting, settingsTable, text } from '../../settings/index.js';

/** The prefix of secrets; see `newCheckedSecret`. */
const SECRET_PREFIX = /^[A-Za-z0-9]{1,15}_$/;

/** RFC 9110 §5.6.2. */
export const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/;

/** The Cloudflare dialect. */
export const CLOUDFLARE_SETTINGS = settingsTable(
  'Cloudflare dialect',
  {
    secretPrefix: setting({
      env: 'SERVICE_TOKEN_PREFIX',
      form: text((prefix) => SECRET_PREFIX.test(prefix), 'up to 15 letters or digits and an underscore'),
      default: 'lkst_',
      doc: 'Prefix of the secrets of new service tokens, up to 15 letters or digits and an underscore',
    }),
    tokensPerAccount: setting({
      env: 'SERVICE_TOKENS_PER_ACCOUNT',
      form: integer(0, 999_999_999),
      default: 0,
      doc: 'Maximum number of service tokens in an account; 0 sets no limit',
    }),
    apiFailures: setting({
      env: 'CLOUDFLARE_API_FAILURES',
      form: integer(0, 1_000_000),
      default: 300,
      doc: 'Wrong API credentials of one network within 5 minutes before 429; 0 sets no limit',
      more: 'A network is an IPv4 address, or an IPv6 /64. Right credentials are accepted in any case.',
    }),
    inactivity: setting({
      env: 'SERVICE_TOKEN_INACTIVITY',
      form: choice('act', 'report', 'off'),
      default: 'act',
      doc: 'Whether inactive service tokens are disabled or deleted, or only named in the log',
      more: 'It concerns accounts whose organization asks for it (`service_token_inactivity`).',
    }),
  },
  ['SERVICE_TOKEN'],
);

/** The settings of its credential forms. */
export const CLOUDFLARE_CREDENTIAL_SETTINGS = settingsTable('Service tokens as credentials', {
  jsonHeader: setting({
    env: 'SERVICE_TOKEN_HEADER',
    form: text((name) => HEADER_NAME.test(name), 'the name of a header, for example Authorization'),
    defaultText: 'none',
    doc: 'Name of a header in which `/verify` also accepts a service token, as a JSON object',
    more: 'Its members are `cf-access-client-id` and `cf-access-client-secret`.',
  }),
});
