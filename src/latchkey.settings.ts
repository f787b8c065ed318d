/** The settings behind the options of the module that provides core and identity. */
import { APPLICATION_SETTINGS } from './applications/applications.settings.js';
import { ASSERTION_SETTINGS } from './assertions/assertions.settings.js';
import {
  CREDENTIAL_CACHE_SETTINGS,
  IMPORTED_TOKEN_SETTINGS,
  LAST_USE_SETTINGS,
  LONG_LIST_SETTINGS,
  PASSWORD_LIMIT_SETTINGS,
  PASSWORD_SETTINGS,
} from './core/core.settings.js';
import { REQUEST_SETTINGS } from './http/http.settings.js';
import {
  CLEANUP_SETTINGS,
  LOGIN_THROTTLE_SETTINGS,
  NAME_SETTINGS,
  RIGHTS_SETTINGS,
  USER_TOKEN_SETTINGS,
} from './identity/identity.settings.js';
import { DATABASE_ADDRESS_FORM, DATABASE_SETTINGS } from './persistence/persistence.settings.js';
import { setting, settingsTable } from './settings/index.js';

/** The options of `LatchkeyModule`. */
export const LATCHKEY_SETTINGS = settingsTable('LatchkeyModule', {
  database: setting({
    form: DATABASE_ADDRESS_FORM,
    secret: true,
    defaultText: "the host's TypeORM connection",
    doc:
      "A database of Latchkey's own, which it opens, migrates and closes: `{ engine: 'sqlite', path }` or " +
      "`{ engine: 'postgres', url }`",
  }),
  bcryptCost: PASSWORD_SETTINGS.settings.bcryptCost,
  passwords: PASSWORD_LIMIT_SETTINGS,
  credentialCache: CREDENTIAL_CACHE_SETTINGS,
  lastUse: LAST_USE_SETTINGS,
  importedTokens: IMPORTED_TOKEN_SETTINGS,
  longLists: LONG_LIST_SETTINGS,
  loginThrottle: LOGIN_THROTTLE_SETTINGS,
  userTokens: USER_TOKEN_SETTINGS,
  names: NAME_SETTINGS,
  rights: RIGHTS_SETTINGS,
  applications: APPLICATION_SETTINGS,
  assertions: ASSERTION_SETTINGS,
  leaseSeconds: DATABASE_SETTINGS.settings.leaseSeconds,
  answerMs: DATABASE_SETTINGS.settings.answerMs,
  writesWaiting: DATABASE_SETTINGS.settings.writesWaiting,
  lookupsWaiting: DATABASE_SETTINGS.settings.lookupsWaiting,
  checkpointSeconds: DATABASE_SETTINGS.settings.checkpointSeconds,
  cleanup: CLEANUP_SETTINGS,
  requests: REQUEST_SETTINGS,
});
