/** What a host needs beside the dialects that it embeds: the module they stand on, and the parts it may use or replace. */
export { LatchkeyModule } from './latchkey.module.js';
export type { LatchkeyExtras, LatchkeyOptions } from './latchkey.options.js';
export { ConnectionError, type DatabaseAddress } from './persistence/index.js';
export { ENTITIES, MIGRATIONS, entitiesOf, migrationsOf } from './schema.js';

// Dialects, those of a host's own included.
export {
  defineDialect,
  dialectSettings,
  type CredentialOptions,
  type Dialect,
  type DialectCredentials,
  type FirstAccess,
  type FirstCall,
  type ServedDialect,
} from './dialect-kit/index.js';
export { DIALECTS } from './dialects.js';
export type {
  CredentialForm,
  CredentialReading,
  CredentialScheme,
  EntityClass,
  HeaderForm,
  MigrationClass,
} from './core/index.js';

// Parts that a host may replace.
export {
  AuditSink,
  Clock,
  DatabaseAuditSink,
  SystemClock,
  UserDirectory,
  type AuditEntry,
  type DirectoryUser,
} from './core/index.js';

// Checking credentials in process.
export {
  CredentialForms,
  Secret,
  Token,
  Verifier,
  type Acceptance,
  type Credential,
  type CredentialCacheOptions,
  type RejectionReason,
  type Verdict,
} from './core/index.js';

// Health: hosts and parts add what they depend on, and ask what is wrong.
export { HealthChecks, type HealthCheck, type HealthFailure } from './core/index.js';

// Changes: who makes them, and hearing of them.
export {
  AuditRecord,
  Change,
  DomainError,
  EventBus,
  OptionsError,
  SYSTEM,
  TokenChange,
  TokenIssued,
  TokenRevoked,
  TokenRotated,
  TokenUpdated,
  type Actor,
  type ChangeListener,
  type ChangeTarget,
  type DomainErrorCode,
  type ResyncListener,
  type PageRequest,
  type Transaction,
} from './core/index.js';
export {
  AccountChange,
  AccountCreated,
  AccountDeleted,
  AccountUpdated,
  LoginFailed,
  MemberAdded,
  MemberRemoved,
  MemberUpdated,
  MembershipChange,
  PasswordChanged,
  SettingsChanged,
  UserApproved,
  UserBlocked,
  UserChange,
  UserCreated,
  UserDeleted,
  UserLoggedIn,
  UserUnblocked,
  UserUpdated,
} from './identity/index.js';

// Users, accounts and their tokens, from a host's own code.
export {
  Account,
  AccountService,
  Bootstrap,
  Membership,
  MembershipService,
  PersonalToken,
  PersonalTokenService,
  SessionToken,
  User,
  UserService,
  type AccountChanges,
  type AccountQuery,
  type BootstrapResult,
  type BootstrapOptions,
  type CleanupOptions,
  type IssuedPersonalToken,
  type LoginThrottleOptions,
  type Member,
  type NewUser,
  type Role,
  type UserChanges,
} from './identity/index.js';
