/** The core: token entity, hashing, life cycle, verification, changes. It knows no HTTP, dialect or users table. */
export { FEW_ACCOUNTS, NO_ACCOUNTS, isAmongAccounts, type AccountScope } from './account-scope.js';
export { ActorCheck } from './database/actor-check.js';
export { ChangeCheck } from './database/change-check.js';
export {
  COMMAND_LINE,
  SYSTEM,
  anonymousFrom,
  type Actor,
  type ActorKind,
  type HostSignInLimits,
  type Origin,
} from './database/actor.js';
export { AuditLog, removeAuditRows } from './audit/audit-log.js';
export type { AuditFilter, IdRange } from './audit/audit-query.js';
export { AuditSearch, isVisible, type AuditPage, type AuditViewer } from './audit/audit-search.js';
export { AuditRecord } from './audit/audit-record.entity.js';
export { AuditSink, DatabaseAuditSink, type AuditEntry } from './audit/audit-sink.js';
export { ChangeAwareCache, type CacheLimits, type StaleKeys } from './changes/change-aware-cache.js';
export { ChangeRelay, type ChangePublication } from './changes/change-relay.js';
export {
  Change,
  TOKEN_CHANGES,
  TokenAdopted,
  TokenChange,
  TokenIssued,
  TokenRevoked,
  TokenRotated,
  TokenUpdated,
  TokensImported,
  type ChangeClass,
  type ChangeTarget,
} from './changes/changes.js';
export { declareChannel, type Channel } from './declare-channel.js';
export {
  hashingChannel,
  importedCheckChannel,
  lastUseChannel,
  longReadChannel,
  publishRefusal,
  refusalChannel,
  verifyChannel,
  writeChannel,
  type HashingMessage,
  type ImportedCheckMessage,
  type LastUseMessage,
  type LongReadMessage,
  type RefusalMessage,
  type VerifyMessage,
  type WriteMessage,
} from './channels.js';
export { Clock, LAST_MOMENT_MS, SystemClock } from './clock.js';
export { RecentValues } from './recent-values.js';
export { SteadyTime } from './steady-time.js';
export { INTEGER_MAX, jsonColumn, storedTime, timestampColumn } from './database/columns.js';
export type { Lock, LockKey, Lockable } from './database/locks.js';
export { CORE_ENTITIES } from './core.entities.js';
export { CORE_PROVIDERS } from './core.providers.js';
export * as migrationColumns from './database/migration-columns.js';
export { inParts, rowsWith } from './database/many-rows.js';
export { dataSourceOf, RowMapper, findRow, insertRows, updateRow, type Row } from './database/row-mapper.js';
export { DomainError, EntryRefused, Overload, UniqueViolation, assertNever, type DomainErrorCode } from './errors.js';
export { EventBus, LocalRelay, type ChangeListener, type ResyncListener } from './changes/event-bus.js';
export { removeEmptyCounters } from './failures/empty-counters.js';
export { FailureCount } from './failures/failure-count.entity.js';
export { FailureCounters } from './failures/failure-counters.js';
export { reachedLimit, stepMs, type FailureLimit, type ReachedLimit } from './failures/leaky-bucket.js';
export { LocalFailureCounters } from './failures/local-failure-counters.js';
export { networksOf, type Networks } from './networks.js';
export {
  IMPORTED_ALGORITHMS,
  SALTED,
  readHash,
  saltOfBcryptId,
  type ImportedAlgorithm,
} from './imported/algorithms.js';
export {
  InvalidRow,
  requireKnownMembers,
  rowFlag,
  rowMembers,
  rowScopes,
  rowText,
  rowTime,
  type RowMembers,
} from './imported/row-fields.js';
export { ImportedSecrets } from './imported/imported-secrets.js';
export { ImportedSource } from './imported/imported-source.entity.js';
export { ImportedToken } from './imported/imported-token.entity.js';
export { ImportedTokens, type ForeignToken, type KnownForeignToken } from './imported/imported-tokens.js';
export { parseGoDuration } from './go-duration.js';
export {
  RunningSettings,
  ServerDatabase,
  type BackupFile,
  type DatabaseFacts,
  type RunningInstance,
} from './server-database.js';
export { HealthChecks, type HealthCheck, type HealthFailure } from './health-checks.js';
export { HashingService, type PasswordCheck } from './tokens/hashing.service.js';
export type { HashingPurpose, HashingTurn } from './tokens/hashing-turn.js';
export { errorSummary } from './error-summary.js';
export { CORE_OPTIONS, type CoreOptions, type CredentialCacheOptions } from './options.js';
export { looksRandom } from './tokens/randomness.js';
export {
  CHECKED_SECRET_PATTERN,
  Secret,
  USER_TOKEN_PATTERN,
  isCheckedSecret,
  isUserToken,
  newCheckedSecret,
} from './tokens/secret.js';
export { SampledWarnings } from './sampled-warnings.js';
export { PASSWORD_MAX_BYTES, isStorableText, preparedPassword } from './text-rules.js';
export {
  ManagedKinds,
  type ManagedChanges,
  type ManagedKind,
  type NewManagedToken,
  type PreparedToken,
  type SecretParts,
  type TokenAbility,
  type TokenDescription,
  type TokenWithSecret,
} from './tokens/managed-kinds.js';
export { TokenDependents, type TokenFollower } from './tokens/token-dependents.js';
export {
  overlapRuns,
  stateOf,
  type OwnersCondition,
  type TokenConditions,
  type TokenState,
} from './tokens/token-conditions.js';
export { TokenOrder, type TokenPlace } from './tokens/token-order.js';
export { TokenSearch, type TokenPageRequest, type TokenQuery, type TokenScope } from './tokens/token-search.js';
export { RemovedOwner } from './tokens/removed-owner.entity.js';
export {
  TokenStatisticsService,
  type StatisticsScope,
  type TokenStatistics,
  type TokenTotals,
  type TokensByDay,
} from './tokens/token-statistics.js';
export { TokenCount } from './tokens/token-count.entity.js';
export { LongReads, collected, type ListPart, type PageRequest, type PartRequest } from './database/long-reads.js';
export type { ReaderId } from './database/read-slots.js';
export { cursorOf, readCursor, type CursorFlaw, type CursorPlace } from './database/cursors.js';
export type { Place, SlicedQuery } from './database/sliced-query.js';
export { textMatch, type TextMatch, type TextPlace } from './database/text-match.js';
export { nextTurn } from './concurrency/turns.js';
export { TokenCensus, type KindCensus } from './tokens/token-census.js';
export { TokenListing, type TokenFilter } from './tokens/token-listing.js';
export {
  NO_SCOPES,
  SCOPES_LENGTH_MAX,
  SCOPES_MAX,
  SCOPE_LENGTH_MAX,
  beyondScopes,
  canonicalScopes,
  isScope,
  isWithin,
  refusedForScopes,
  splitScopes,
  wrongScopes,
} from './tokens/scopes.js';
export { Token } from './tokens/token.entity.js';
export {
  TokenService,
  type NewToken,
  type Rotation,
  type TokenChanges,
  type TokenKind,
  type TokenRef,
  type TokenSelector,
} from './tokens/token.service.js';
export { Semaphore, type SemaphoreOptions } from './concurrency/semaphore.js';
export type { EntityClass, MigrationClass, Schema } from './database/schema.js';
export { Transactor, type DatabaseWork, type LockMode } from './database/transactor.js';
export { Transaction } from './database/transaction.js';
export { HostTransactionError, HostTransactions, type JoinedWork } from './database/host-transactions.js';
export { UnitOfWork, whenTaken, type WorkUnit } from './database/unit-of-work.js';
export { UserDirectory, shownIdOf, type DirectoryUser } from './user-directory.js';
export type { Credential } from './verification/credential.js';
export type {
  CredentialForm,
  CredentialReading,
  NamedToken,
  NamedTokens,
  CredentialScheme,
  HeaderForm,
} from './verification/credential-form.js';
export { CredentialForms, type PresentableForm } from './verification/credential-forms.js';
export type { Redaction } from './verification/redaction.js';
export type { Acceptance, RejectionReason, Verdict } from './verification/known-token.js';
export { CredentialCache } from './verification/credential-cache.js';
export { LastSeen } from './verification/last-seen.js';
export { TokenLookup, type LookupKey, type StoredToken } from './verification/token-lookup.js';
export { verificationTally, type VerificationTally } from './verification/verification-tally.js';
export { Timing } from './timing.js';
export { tracing, isWithinSpan, lookForTracer, markFailed, startSpan, withinSpan } from './tracing.js';
export { Verifier } from './verification/verifier.js';
