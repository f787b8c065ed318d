/** The settings of the core, and the forms of their values. */
import { flag, integer, setting, settingsTable, text, type Form } from '../settings/index.js';
import { PASSWORD_MAX_BYTES, isHashablePassword, isStorableText, preparedPassword } from './text-rules.js';
import { isUserToken } from './tokens/secret.js';

export { PASSWORD_MAX_BYTES, isStorableText };

/** A password that bcrypt reads completely. */
export const PASSWORD_FORM: Form<string> = text(
  (password) => isHashablePassword(preparedPassword(password)),
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

/** The limits of passwords and of their hashing. */
export const PASSWORD_LIMIT_SETTINGS = settingsTable('Passwords', {
  minLength: setting({
    env: 'PASSWORD_MIN_LENGTH',
    form: integer(1, PASSWORD_MAX_BYTES),
    default: 8,
    doc: 'Minimum number of characters of a new password',
    more: 'Administrators can change it at run time.',
  }),
  slots: setting({
    env: 'PASSWORD_SLOTS',
    form: integer(1, 64),
    // Leaves two of libuv's four threads free for other work.
    default: 2,
    doc: 'How many passwords are hashed at the same time; one slot is kept for logins',
    more: 'Node hashes in the threads of `UV_THREADPOOL_SIZE`, which is 4 by default.',
  }),
  waiting: setting({
    env: 'PASSWORD_QUEUE',
    form: integer(1, 10_000),
    default: 64,
    doc: 'How many passwords may wait to be hashed, for each purpose, before 503',
    more: 'Callers take turns; the caller with the most waiting is turned away first.',
  }),
});

/** The settings of passwords. */
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
    ...PASSWORD_LIMIT_SETTINGS.settings,
  },
  ['BCRYPT_', 'PASSWORD_'],
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

/** The settings of long lists. */
export const LONG_LIST_SETTINGS = settingsTable(
  'Long lists',
  {
    perUser: setting({
      env: 'LONG_LISTS_PER_USER',
      form: integer(1, 10_000),
      default: 20,
      doc: 'Lists without pages and exports that one user may have open at the same time',
      more: 'Those of up to 200 rows do not count. Beyond it, the answer is 429.',
    }),
    searchesPerUser: setting({
      env: 'SEARCHES_PER_USER',
      form: integer(1, 10_000),
      default: 20,
      doc: 'Searches, counts and long pages that one user may have under way, of which one is read at a time',
      more: 'Those that read up to 200 rows do not count. Beyond it, the answer is 429.',
    }),
  },
  ['LONG_LISTS_', 'SEARCHES_'],
);

/** The settings of last uses. */
export const LAST_USE_SETTINGS = settingsTable(
  'Last use of tokens',
  {
    addresses: setting({
      env: 'LAST_USE_ADDRESSES',
      form: flag(),
      default: true,
      doc: 'Whether the last use of a token is recorded with network address and user agent',
      more: 'If not, only with its time. What is recorded already stays until the next use.',
    }),
    waiting: setting({
      env: 'LAST_USES_WAITING',
      form: integer(100, 10_000_000),
      default: 100_000,
      doc: 'Tokens whose last use may wait to be written, about 300 bytes of memory each',
      more: 'Further uses are not recorded until some are written. They are counted, and the log warns.',
    }),
  },
  ['LAST_USE_', 'LAST_USES_'],
);

/** The settings of tokens that were imported and have not been used here yet. */
export const IMPORTED_TOKEN_SETTINGS = settingsTable(
  'Imported tokens',
  {
    concurrent: setting({
      env: 'IMPORTED_CHECKS',
      form: integer(1, 64),
      default: 1,
      doc: 'How many unknown secrets are compared with imported hashes at the same time',
      more: 'Only while imported tokens wait for their first use, and only where that takes a slow hash.',
    }),
    waiting: setting({
      env: 'IMPORTED_QUEUE',
      form: integer(1, 10_000),
      default: 64,
      doc: 'How many unknown secrets may wait for that, before 503',
      more: 'Networks take turns; the network with the most waiting is turned away first.',
    }),
    missesPerNetwork: setting({
      env: 'IMPORTED_MISSES_PER_NETWORK',
      form: integer(1, 1_000_000),
      default: 300,
      doc: 'Unknown secrets that one network may have compared within 15 minutes, before 503',
      more: 'An IPv4 address or IPv6 /64. The same secret counts once.',
    }),
    salts: setting({
      env: 'IMPORTED_SALTS',
      form: integer(1, 1000),
      default: 16,
      doc: 'How many salts of other servers `latchkey import` takes in all',
      more: 'Each of them costs every unknown token one bcrypt of cost 4, while its tokens wait for their first use.',
    }),
  },
  ['IMPORTED_'],
);
