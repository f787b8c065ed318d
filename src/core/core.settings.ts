/** The settings of the core, and the forms of their values. */
import { integer, setting, settingsTable, text, type Form } from '../settings/index.js';
import { PASSWORD_MAX_BYTES, isHashablePassword, isStorableText } from './text-rules.js';
import { isUserToken } from './verification/credential.js';

export { isStorableText };

/** A password that bcrypt reads completely. */
export const PASSWORD_FORM: Form<string> = text(
  isHashablePassword,
  'a shorter password without NUL characters',
  `is longer than ${String(PASSWORD_MAX_BYTES)} bytes or holds a NUL character, which bcrypt does not read`,
);

/** The secret of a personal token. */
export const USER_TOKEN_FORM: Form<string> = text(
  isUserToken,
  '43 base64url characters (32 random bytes), ' +
    `for example from: node -p "crypto.randomBytes(32).toString('base64url')"`,
  'is not a token',
);

/** The settings of password hashing. */
export const PASSWORD_SETTINGS = settingsTable(
  'Passwords',
  {
    bcryptCost: setting({
      env: 'BCRYPT_COST',
      form: integer(4, 16),
      default: 12,
      doc: 'Cost of hashing passwords; each step doubles the time',
      more: 'A hash made at another cost is renewed at the next login.',
    }),
  },
  ['BCRYPT_'],
);

/** The settings of the credential cache. */
export const CREDENTIAL_CACHE_SETTINGS = settingsTable(
  'Credential cache',
  {
    entries: setting({
      env: 'CREDENTIAL_CACHE_ENTRIES',
      form: integer(0, 10_000_000),
      default: 50_000,
      doc: 'Maximum number of cached tokens, about 1.5 KB each',
      more: '0 disables the cache.',
    }),
    seconds: setting({
      env: 'CREDENTIAL_CACHE_SECONDS',
      form: integer(1, 86_400),
      default: 300,
      doc: 'Seconds until a cached token is read again',
      more: 'Changes take effect at once in any case.',
    }),
  },
  ['CREDENTIAL_CACHE_'],
);
