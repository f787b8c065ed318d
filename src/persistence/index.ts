/** The database: connection, migrations, and everything that differs between the two engines. */
export { Connection, type HostConnection } from './connection.js';
export { ConnectionError } from './host-checks.js';
export { DatabaseAccessError, openForCommand, requireFile, serversOn, type CommandAccess } from './command-access.js';
export {
  checkpointsFor,
  dataSourceOptions,
  describeAddress,
  failureCountersFor,
  guestRelayFor,
  relayFor,
  tokenLookupFor,
  transactorFor,
} from './data-source.js';
export {
  commitChannel,
  databaseErrorChannel,
  relayChannel,
  type CheckpointMessage,
  type CommitMessage,
  type DatabaseErrorMessage,
  type RelayMessage,
} from './channels.js';
export { MemorySnapshot, openInMemory, prepareSchema, type PreparedSchema } from './memory-database.js';
export { databaseBytes } from './database-bytes.js';
export { openClaimed, openDatabase, type ClaimedDatabase, type OpenOptions } from './open-database.js';
export { UnusableDatabase } from './unusable-database.js';
export { databaseChecks } from './database-health.js';
export { reasonOf } from './driver-errors.js';
export { engineOf, migrate, moveIdsForward, type Engine } from './engine.js';
export { databaseTime, integrityProblems, rowCounts } from './inspection.js';
export { COMMON_MIGRATIONS } from './migrations/index.js';
export { copySqlite, foldLog, syncFile } from './sqlite-copy.js';
export { SqliteCheckpoints } from './sqlite-checkpoints.js';
export { schemaProblem, schemaStateOf, type SchemaState } from './schema-state.js';
export { ClaimedError, SqliteClaim } from './sqlite-claim.js';
export type { DatabaseAddress } from './persistence.settings.js';
export { instanceCount } from './relay/instance-registry.js';
export { Instance } from './relay/instance.entity.js';
export { SharedTransactions } from './joining/shared-transactions.js';
export { OpenServerDatabase } from './server-database.js';
export { inSchema } from './host-schema.js';
