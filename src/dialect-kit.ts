/** What a dialect that is written outside of Latchkey is built from: `latchkey/dialect-kit`. */
export * from './dialect-kit/index.js';
export {
  CredentialForms,
  DomainError,
  HashingService,
  Secret,
  Token,
  TokenListing,
  TokenService,
  UnitOfWork,
  isCheckedSecret,
  newCheckedSecret,
  type Actor,
  type CredentialForm,
  type CredentialReading,
  type CredentialScheme,
  type HeaderForm,
} from './core/index.js';
export { AccountService, Authenticator, USER_AUDIENCE, lockAccountShared, type Principal } from './identity/index.js';
export {
  DIALECT_PATH,
  DialectMount,
  EXTRAS,
  MethodNotAllowed,
  PathNotFound,
  callerAddress,
  clientErrorStatus,
  jsonMembers,
  mountedAt,
  sendError,
  type DialectExtras,
  type ErrorResponse,
} from './http/index.js';
export {
  choice as choiceForm,
  flag as flagForm,
  integer as integerForm,
  setting,
  settingsTable,
  text as textForm,
  type Form,
  type Options,
  type Setting,
  type SettingsTable,
  type Values,
} from './settings/index.js';
