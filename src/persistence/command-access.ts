/** Opens the database for a command: next to a running server or without one. Nothing is created and nothing migrated. */
import { statSync } from 'node:fs';
import type { DataSource, DataSourceOptions } from 'typeorm';
import type { Schema } from '../core/index.js';
import { newDataSource } from './bounded-data-source.js';
import { dataSourceOptions, describeAddress, outliveLostConnections, withoutTimeLimits } from './data-source.js';
import { reasonOf } from './driver-errors.js';
import { engineOf } from './engine.js';
import type { DatabaseAddress } from './persistence.settings.js';
import { schemaProblem, schemaStateOf } from './schema-state.js';

/** How long a command waits while the server, or another command, has the SQLite file locked. */
const BUSY_MS = 5000;

/** Connections to PostgreSQL: one for the work, one for reads during it. */
const POOL_SIZE = 2;

/** The database cannot be used by a command; the message says what to do. */
export class DatabaseAccessError extends Error {}

/** How a command opens the database. */
export interface CommandAccess {
  /** Open it without the right to write. */
  readonly readOnly?: boolean;
  /** Open it although its schema is not that of this version. */
  readonly anySchema?: boolean;
  /** Let statements take as long as they need. */
  readonly unlimited?: boolean;
}

/** How connections of commands to PostgreSQL are named, to tell them from those of servers. */
const APPLICATION_NAME = 'latchkey-command';

/**
 * Opens a database that exists.
 * @throws DatabaseAccessError
 */
export async function openForCommand(
  address: DatabaseAddress,
  schema: Schema,
  access: CommandAccess = {},
): Promise<DataSource> {
  requireFile(address);
  const dataSource = newDataSource(commandOptions(address, schema, access));
  try {
    await dataSource.initialize();
    if (address.engine === 'postgres') outliveLostConnections(dataSource);
    const problem = access.anySchema ? undefined : schemaProblem(await schemaStateOf(dataSource));
    if (problem !== undefined) throw new DatabaseAccessError(problem);
    return dataSource;
  } catch (error) {
    if (dataSource.isInitialized) await dataSource.destroy();
    if (error instanceof DatabaseAccessError) throw error;
    throw new DatabaseAccessError(`${describeAddress(address)} cannot be used (${reasonOf(error)})`, { cause: error });
  }
}

function commandOptions(
  address: DatabaseAddress,
  schema: Schema,
  { readOnly = false, unlimited = false }: CommandAccess,
): DataSourceOptions {
  const options = dataSourceOptions(address, POOL_SIZE, schema);
  if (options.type === 'postgres') {
    return {
      ...(unlimited ? withoutTimeLimits(options) : options),
      applicationName: APPLICATION_NAME,
    } as DataSourceOptions;
  }
  const own = { ...options, timeout: BUSY_MS, fileMustExist: true } as DataSourceOptions;
  if (!readOnly) return own;
  return { ...own, readonly: true, enableWAL: false, prepareDatabase: () => undefined } as DataSourceOptions;
}

/** The number of connections of servers to a PostgreSQL database; a server holds the claim of an SQLite file. */
export async function serversOn(dataSource: DataSource): Promise<number> {
  if (engineOf(dataSource) === 'sqlite') return 0;
  const [row] = await dataSource.query<{ count: string }[]>(
    `SELECT COUNT(*) AS "count" FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'latchkey'`,
  );
  return Number(row?.count ?? 0);
}

/** @throws DatabaseAccessError if there is no such SQLite file */
export function requireFile(address: DatabaseAddress): void {
  if (address.engine !== 'sqlite') return;
  if (address.path === ':memory:' || address.path === '') {
    throw new DatabaseAccessError(
      'a database in memory belongs to one process: set DATABASE_URL to the database to use',
    );
  }
  const found = statSync(address.path, { throwIfNoEntry: false });
  if (!found?.isFile()) {
    throw new DatabaseAccessError(
      `there is no file ${address.path}: set DATABASE_URL, or run the command in the directory of the server`,
    );
  }
}
