/** The database: connection, migrations, and everything that differs between the two engines. */
export { Connection, ConnectionError } from './connection.js';
export {
  checkpointsFor,
  dataSourceOptions,
  describeAddress,
  openClaimed,
  failureCountersFor,
  openDatabase,
  relayFor,
  tokenLookupFor,
  transactorFor,
  type ClaimedDatabase,
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
export { databaseBytes } from './database-bytes.js';
export { databaseChecks } from './database-health.js';
export { reasonOf } from './driver-errors.js';
export { engineOf, migrate, type Engine } from './engine.js';
export { COMMON_MIGRATIONS } from './migrations/index.js';
export { SqliteCheckpoints } from './sqlite-checkpoints.js';
export { ClaimedError } from './sqlite-claim.js';
export type { DatabaseAddress } from './persistence.settings.js';
export { Instance } from './relay/instance.entity.js';
