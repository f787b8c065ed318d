/** The settings of users, accounts, logins and cleanup. */
import { PASSWORD_FORM, PASSWORD_MAX_BYTES, USER_TOKEN_FORM } from '../core/core.settings.js';
import { choice, integer, setting, settingsTable, text } from '../settings/index.js';
import { isHexId } from './hex-id.js';
import { isAccountName } from './labels/account-name.js';
import { EMAIL_MAX, isEmailAddress } from './labels/email-address.js';

/** The settings of the first start on an empty database. */
export const FIRST_START_SETTINGS = settingsTable(
  'First start, on an empty database',
  {
    adminEmail: setting({
      env: 'ADMIN_EMAIL',
      form: text(isEmailAddress, `an e-mail address of at most ${String(EMAIL_MAX)} characters`),
      default: 'admin@example.com',
      doc: "The administrator's e-mail address",
    }),
    adminPassword: setting({
      env: 'ADMIN_PASSWORD',
      form: PASSWORD_FORM,
      defaultText: 'generated',
      secret: true,
      doc: "The administrator's password, at most 72 bytes",
    }),
    adminPasswordMinLength: setting({
      env: 'ADMIN_PASSWORD_MIN_LENGTH',
      form: integer(1, PASSWORD_MAX_BYTES),
      default: 12,
      doc: 'Minimum number of characters of `ADMIN_PASSWORD`',
    }),
    adminToken: setting({
      env: 'ADMIN_TOKEN',
      form: USER_TOKEN_FORM,
      defaultText: 'generated',
      secret: true,
      doc: "The administrator's access token, 43 random base64url characters",
    }),
    accountId: setting({
      env: 'ACCOUNT_ID',
      form: text(isHexId, '32 lower-case hex characters'),
      defaultText: 'generated',
      doc: 'The id of the first account, 32 lower-case hex characters',
    }),
    accountName: setting({
      env: 'ACCOUNT_NAME',
      form: text(
        isAccountName,
        'a name of 1 to 255 visible characters, not only spaces, that has not the form of an id',
      ),
      default: 'Latchkey',
      doc: 'The name of the first account',
    }),
    credentialsFile: setting({
      env: 'FIRST_CREDENTIALS_FILE',
      form: text((path) => path !== '' && !path.includes('\0'), 'the path of a file that does not exist yet'),
      defaultText: 'printed',
      doc: 'File that the first start writes the credentials to instead of printing them',
      more: 'It is JSON, readable by its owner only, and must not exist yet.',
    }),
  },
  ['ADMIN_'],
);

/** The settings of names that have to be unique: e-mail addresses, and names of accounts. */
export const NAME_SETTINGS = settingsTable(
  'Addresses and account names',
  {
    lookAlikes: setting({
      env: 'NAMES_LOOK_ALIKE',
      form: choice('refuse', 'allow'),
      default: 'refuse',
      doc: 'Whether a new address or account name may look like one in use, as `dem0` does like `demo`',
    }),
    reservedDays: setting({
      env: 'ACCOUNT_NAME_RESERVED_DAYS',
      // At most a hundred years.
      form: integer(0, 36_500),
      default: 365,
      doc: 'Days that the name of a renamed or deleted account stays reserved; 0 frees it at once',
    }),
    reservedPerAccount: setting({
      env: 'ACCOUNT_NAMES_RESERVED',
      form: integer(0, 100_000),
      default: 10,
      doc: 'Names that are reserved for an account before its own administrators can no longer rename it',
      more: 'Administrators of the server still can.',
    }),
  },
  ['NAMES_', 'ACCOUNT_NAME_', 'ACCOUNT_NAMES_'],
);

/** The settings of what users may do to themselves and their accounts. */
export const RIGHTS_SETTINGS = settingsTable(
  'Rights of users',
  {
    changeEmail: setting({
      env: 'USERS_CHANGE_EMAIL',
      form: choice('never', 'free'),
      default: 'never',
      doc: 'Whether users may change their own e-mail address; administrators may change any',
    }),
    usersVisibleTo: setting({
      env: 'USERS_VISIBLE_TO',
      form: choice('tenants', 'members', 'everyone'),
      default: 'tenants',
      doc: 'Who sees the names and addresses of users, in addition to administrators',
      more:
        '`members`: themselves, and members of the same account; `everyone`: every signed-in user; `tenants`: everyone ' +
        'while there is one account, `members` from the second on.',
    }),
    renameAccounts: setting({
      env: 'ACCOUNT_RENAMED_BY',
      form: choice('account', 'server'),
      default: 'account',
      doc: 'Who may rename an account: its own administrators as well, or only those of the server',
    }),
    lastAccountAdministrator: setting({
      env: 'ACCOUNT_LAST_ADMINISTRATOR',
      form: choice('kept', 'removable'),
      default: 'kept',
      doc: 'Whether members may remove or demote the last administrator of their account',
      more: 'Administrators of the server may in any case.',
    }),
  },
  ['USERS_', 'ACCOUNT_LAST_'],
);

/** The settings of the login throttle. */
export const LOGIN_THROTTLE_SETTINGS = settingsTable(
  'Login throttle',
  {
    failuresPerAccount: setting({
      env: 'LOGIN_FAILURES_PER_ACCOUNT',
      form: integer(1, 100_000),
      default: 10,
      doc: 'Failed logins for one e-mail address from one network within the window before 429',
      more:
        'A network is an IPv4 address, or an IPv6 /64. One from which somebody has signed in to the account before has ' +
        'this limit for itself.',
    }),
    failuresPerAccountInTotal: setting({
      env: 'LOGIN_FAILURES_IN_TOTAL',
      form: integer(1, 100_000),
      default: 100,
      doc: 'The same from all networks together that are not known for the account',
    }),
    failuresPerAddress: setting({
      env: 'LOGIN_FAILURES_PER_ADDRESS',
      form: integer(1, 100_000),
      default: 100,
      doc: 'Failed logins from one network, for whatever accounts, within the window before 429',
      more: 'Logins to accounts for which the network is known are not counted here.',
    }),
    wideNetworkFactor: setting({
      env: 'LOGIN_WIDE_NETWORK_FACTOR',
      form: integer(1, 10_000),
      default: 4,
      doc: 'How many times as many failures are allowed from a whole /24 (IPv4) or /48 (IPv6)',
    }),
    windowSeconds: setting({
      env: 'LOGIN_FAILURE_WINDOW_SECONDS',
      form: integer(1, 86_400),
      default: 900,
      doc: 'Length of the window in seconds; failures expire evenly over it',
    }),
    knownNetworks: setting({
      env: 'LOGIN_KNOWN_NETWORKS',
      form: integer(0, 1000),
      default: 20,
      doc: 'Networks known for each account: from which somebody has signed in; 0 knows none',
    }),
    knownNetworkDays: setting({
      env: 'LOGIN_KNOWN_NETWORK_DAYS',
      form: integer(1, 3650),
      default: 90,
      doc: 'Days until a network is forgotten from which nobody has signed in again',
    }),
    countersInMemory: setting({
      env: 'LOGIN_FAILURE_COUNTERS',
      form: integer(1000, 10_000_000),
      default: 100_000,
      doc: 'SQLite: maximum number of failure counters, about 150 bytes of memory each',
      more: 'The emptiest are dropped first. On PostgreSQL they are in the database, and count for all instances together.',
    }),
  },
  ['LOGIN_FAILURE', 'LOGIN_KNOWN_', 'LOGIN_WIDE_'],
);

/** The limits of what a user can present: logins and personal tokens. */
export const USER_TOKEN_SETTINGS = settingsTable(
  'Logins and personal tokens',
  {
    loginFamilyDays: setting({
      env: 'LOGIN_FAMILY_DAYS',
      form: integer(0, 3650),
      default: 30,
      doc: 'Days from a login to the end of all that it was exchanged for, and of itself; 0 sets no end',
      more: 'Logins made before a change of this value keep their end.',
    }),
    loginsPerUser: setting({
      env: 'LOGINS_PER_USER',
      form: integer(0, 1_000_000),
      default: 500,
      doc: 'Maximum number of logins of a user at the same time; one more ends the oldest; 0 sets no limit',
    }),
    logoutEnds: setting({
      env: 'LOGOUT_ENDS',
      form: choice('login', 'family'),
      default: 'login',
      doc: '`login` ends the login that is logged out; `family` also all that it was exchanged from or for',
    }),
    personalTokensPerUser: setting({
      env: 'PERSONAL_TOKENS_PER_USER',
      form: integer(0, 1_000_000),
      default: 1000,
      doc: 'Maximum number of personal tokens of a user; 0 sets no limit',
    }),
  },
  ['LOGIN_FAMILY', 'LOGINS_', 'LOGOUT_', 'PERSONAL_TOKEN'],
);

const DAY_MS = 86_400_000;

/** The settings of the cleanup job, which removes expired sessions and old audit rows. */
export const CLEANUP_SETTINGS = settingsTable(
  'Retention',
  {
    auditRetentionDays: setting({
      env: 'AUDIT_RETENTION_DAYS',
      // At most a hundred years.
      form: integer(0, 36_500),
      default: 365,
      doc: 'Days that audit rows are kept; 0 keeps them without limit',
      more: 'Dialects that show who changed a token read these rows.',
    }),
    initialDelayMs: setting({
      form: integer(0, DAY_MS),
      default: 5000,
      doc: 'Milliseconds from the start to the first cleanup round',
    }),
    intervalMs: setting({
      form: integer(1, DAY_MS),
      default: 60_000,
      doc: 'Milliseconds between the end of a round and the next one',
    }),
  },
  ['AUDIT_RETENTION'],
);
