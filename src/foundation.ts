/** What a host needs in addition to the dialects it embeds: the base module, and the parts that it may use or replace. */
export { LatchkeyModule } from './latchkey.module.js';
export type { LatchkeyExtras, LatchkeyOptions } from './latchkey.options.js';
export { ConsoleModule, type ConsoleOptions } from './console/index.js';
export { ConnectionError, type DatabaseAddress } from './persistence/index.js';
export { ENTITIES, MIGRATIONS, entitiesOf, migrationsOf } from './schema.js';

// Dialects, including a host's own.
export {
  defineDialect,
  dialectSettings,
  type CredentialOptions,
  type Dialect,
  type DialectCredentials,
  type DialectFinding,
  type ExportedAuditRow,
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

// Verifying credentials in process.
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

// Messages of the channels in docs/seams.md.
export type {
  HashingMessage,
  ImportedCheckMessage,
  LastUseMessage,
  LongReadMessage,
  Origin,
  RefusalMessage,
  VerifyMessage,
  WriteMessage,
} from './core/index.js';
export type {
  CleanupMessage,
  GuessBucket,
  GuessPurpose,
  HostSignInMessage,
  LoginMessage,
  ThrottleMessage,
} from './identity/index.js';
export type {
  CapacityMessage,
  DenialMessage,
  ForeignPageMessage,
  RequestMessage,
  RequestStartMessage,
  StreamMessage,
} from './http/index.js';
export type { CheckpointMessage, CommitMessage, DatabaseErrorMessage, RelayMessage } from './persistence/index.js';

// Health: add checks, and ask which ones fail.
export { LatchkeyHealthIndicator, type HealthResult } from './latchkey-health.js';
export { HealthChecks, type HealthCheck, type HealthFailure } from './core/index.js';

// Tokens of every kind, from the code of a host.
export { HostTransactionError, type TokenAbility, type TokenState } from './core/index.js';
export {
  TokenRequestError,
  TokensApi,
  type ActingAs,
  type IssuedToken,
  type LengthOfTime,
  type Lifetime,
  type Overlap,
  type TokenInfo,
  type TokenPage,
  type TokenRequestField,
  type TokenToIssue,
  type TokensToList,
  type UserId,
} from './managing/index.js';

// Changes: their authors, and subscribing to them.
export {
  AuditRecord,
  Change,
  DomainError,
  EventBus,
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
  BackupMade,
  DatabaseRestored,
  LoginFailed,
  GroupCreated,
  GroupDeleted,
  GroupMemberAdded,
  GroupMemberRemoved,
  GroupService,
  GroupUpdated,
  MemberAdded,
  MemberRemoved,
  MemberUpdated,
  MembershipChange,
  PasswordChanged,
  SettingsChanged,
  UserAccessEnded,
  UserOpenIdBound,
  UserOpenIdUnbound,
  UserApproved,
  UserBlocked,
  UserChange,
  UserCreated,
  UserDeleted,
  UserErased,
  UserLocksCleared,
  UserLoggedIn,
  UserUnblocked,
  UserUpdated,
} from './identity/index.js';

// Applications and policies: what is protected, and who may enter.
export {
  ApplicationChange,
  ApplicationCreated,
  ApplicationDeleted,
  ApplicationDirectory,
  ApplicationUpdated,
  KnownApplication,
  OrganizationChange,
  OrganizationCreated,
  OrganizationUpdated,
  PolicyChange,
  PolicyCreated,
  PolicyDeleted,
  PolicyUpdated,
  ZoneChange,
  ZoneCreated,
  ZoneDeleted,
  type Admission,
  type VerifiedToken,
} from './applications/index.js';

// Users of a host whose ids are texts.
export { HostUserDirectory, UserNumbers, type HostUser } from './identity/index.js';

// Users, accounts and their tokens, for use by a host's own code.
export {
  Account,
  AccountService,
  Bootstrap,
  FirstStartError,
  LoginLockouts,
  LoginService,
  Membership,
  MembershipService,
  PersonalToken,
  PersonalTokenService,
  SessionToken,
  User,
  UserAccessService,
  UserService,
  VisibleGroups,
  type AccountChanges,
  type AccountQuery,
  type BootstrapResult,
  type BootstrapOptions,
  type DeliverCredentials,
  type CleanupOptions,
  type EndAccessOptions,
  type FirstStartProblem,
  type IssuedPersonalToken,
  type Login,
  type LoginScope,
  type LoginThrottleOptions,
  type Member,
  type NewUser,
  type Role,
  type TokensByKind,
  type UserAccess,
  type UserChanges,
  type UserTokenOptions,
} from './identity/index.js';
export { OptionsError } from './settings/index.js';
