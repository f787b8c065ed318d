/** Turns a database address into connection options, and options into an open, migrated database. */
import { setTimeout as delay } from 'node:timers/promises';
import { DataSource, type DataSourceOptions } from 'typeorm';
import type Database from 'better-sqlite3';
import type pg from 'pg';
import {
  LocalFailureCounters,
  LocalRelay,
  type ChangeRelay,
  type Clock,
  type EventBus,
  type FailureCounters,
  type Schema,
  type TokenLookup,
  type Transactor,
} from '../core/index.js';
import { poolOf, sqliteConnectionOf } from '../internals/index.js';
import { engineOf, migrate } from './engine.js';
import { PostgresTokenLookup } from './lookup/postgres-token-lookup.js';
import { SqliteTokenLookup } from './lookup/sqlite-token-lookup.js';
import { PostgresFailureCounters } from './postgres-failure-counters.js';
import { GuestRelay } from './relay/guest-relay.js';
import { PostgresRelay, type RelayOptions } from './relay/postgres-relay.js';
import { SqliteRelay, foreignCommitsOf } from './relay/sqlite-relay.js';
import type { DatabaseAddress } from './persistence.settings.js';
import { PostgresTransactor } from './postgres-transactor.js';
import { SqliteClaim } from './sqlite-claim.js';
import { LOG_BYTES, LOG_PAGES, SqliteCheckpoints } from './sqlite-checkpoints.js';
import { SqliteTransactor } from './sqlite-transactor.js';

const SHARED = {
  migrationsTableName: 'latchkey_migration',
  synchronize: false,
  logging: false as const,
};

/** PostgreSQL time limits, so that no request waits indefinitely. Migrations run without them. */
const TIME_LIMITS_MS = {
  statement_timeout: 10_000,
  lock_timeout: 8000,
  idle_in_transaction_session_timeout: 15_000,
  query_timeout: 12_000,
};

/** How often to try to connect while PostgreSQL is still starting. */
const CONNECT_TRIES = 10;
const CONNECT_PAUSE_MS = 1000;

/** Describes the database for messages. PostgreSQL's address is left out because it may contain a password. */
export function describeAddress(address: DatabaseAddress): string {
  return address.engine === 'sqlite' ? `the SQLite file ${address.path}` : 'the PostgreSQL database';
}

/** @param poolSize - maximum number of connections to PostgreSQL, at least 2 */
export function dataSourceOptions(
  address: DatabaseAddress,
  poolSize: number,
  { entities, migrations }: Schema,
): DataSourceOptions {
  const shared = { ...SHARED, entities: [...entities], migrations: [...migrations] };
  if (address.engine === 'postgres') {
    return {
      ...shared,
      type: 'postgres',
      url: address.url,
      poolSize,
      connectTimeoutMS: 5000,
      applicationName: 'latchkey',
      extra: { keepAlive: true, ...TIME_LIMITS_MS },
    };
  }
  return {
    ...shared,
    type: 'better-sqlite3',
    database: address.path,
    enableWAL: true,
    // SQLite's own busy wait would block the event loop; the transactor retries without blocking.
    timeout: 0,
    prepareDatabase: (database: Database.Database) => {
      // WAL's usual setting, NORMAL, can lose acknowledged commits in a power failure.
      database.pragma('synchronous = FULL');
      // Otherwise savepoints keep their undo data in a file, at three times as many writes as the log itself.
      database.pragma('temp_store = MEMORY');
      // Pages changed by many commits, as the ends of indexes, are then copied out of the log once, not every time.
      database.pragma(`wal_autocheckpoint = ${String(LOG_PAGES)}`);
      // So that the size of the file shows how long the log is.
      database.pragma(`journal_size_limit = ${String(LOG_BYTES)}`);
    },
  };
}

/** Opens the database and brings its schema up to date. */
export async function openDatabase(options: DataSourceOptions): Promise<DataSource> {
  const migrating = await connected(withoutTimeLimits(options));
  try {
    await migrate(migrating);
  } catch (error) {
    await migrating.destroy();
    throw error;
  }
  // An in-memory database exists only as long as its connection.
  if (engineOf(migrating) === 'sqlite') return migrating;
  await migrating.destroy();
  return connected(options);
}

/** A database of a server, and its claim if it is an SQLite file. Release the claim after closing the database. */
export interface ClaimedDatabase {
  readonly dataSource: DataSource;
  readonly claim: SqliteClaim | undefined;
}

/**
 * Opens the database of a server, which no other server uses if it is an SQLite file.
 * @param poolSize - maximum number of connections to PostgreSQL, at least 2
 * @throws ClaimedError
 */
export async function openClaimed(
  address: DatabaseAddress,
  poolSize: number,
  schema: Schema,
): Promise<ClaimedDatabase> {
  const claim = await SqliteClaim.take(address);
  try {
    return { dataSource: await openDatabase(dataSourceOptions(address, poolSize, schema)), claim };
  } catch (error) {
    claim?.release();
    throw error;
  }
}

/** For migrations and copies, which take as long as they need. */
export function withoutTimeLimits(options: DataSourceOptions): DataSourceOptions {
  if (options.type !== 'postgres') return options;
  const limits = Object.fromEntries(Object.keys(TIME_LIMITS_MS).map((name) => [name, undefined]));
  return { ...options, extra: { ...(options.extra as object), ...limits } };
}

/** The token look-up for the connection's engine. */
export function tokenLookupFor(dataSource: DataSource, transactor: Transactor): TokenLookup {
  return transactor instanceof SqliteTransactor
    ? new SqliteTokenLookup(dataSource, transactor)
    : new PostgresTokenLookup(dataSource);
}

/**
 * Where failures are counted on this connection.
 * @param maxBuckets - kept in memory, where they are in memory
 */
export function failureCountersFor(transactor: Transactor, clock: Clock, maxBuckets: number): FailureCounters {
  return transactor instanceof SqliteTransactor
    ? new LocalFailureCounters(clock, maxBuckets)
    : new PostgresFailureCounters(transactor, clock);
}

/** The relay through which changes on this connection reach every instance. */
export function relayFor(dataSource: DataSource, events: EventBus, options: RelayOptions): ChangeRelay {
  if (engineOf(dataSource) === 'postgres') return new PostgresRelay(dataSource, events, options);
  return isInMemory(dataSource)
    ? new LocalRelay(events)
    : new SqliteRelay(events, foreignCommitsOf(sqliteConnectionOf(dataSource)));
}

/**
 * The relay of a command, which makes changes and answers nothing from memory: it takes no lease, so nobody ever waits
 * for it.
 */
export function guestRelayFor(dataSource: DataSource, events: EventBus, leaseSeconds: number): ChangeRelay {
  return engineOf(dataSource) === 'postgres' ? new GuestRelay(dataSource, leaseSeconds) : new LocalRelay(events);
}

/** Other processes can open a file, but not a database in memory. */
function isInMemory({ options }: DataSource): boolean {
  return options.database === ':memory:' || options.database === '';
}

/**
 * What writes the log of an SQLite file back; `undefined` for other databases.
 * @param intervalSeconds - between two times
 */
export function checkpointsFor(
  dataSource: DataSource,
  transactor: Transactor,
  intervalSeconds: number,
): SqliteCheckpoints | undefined {
  if (!(transactor instanceof SqliteTransactor) || isInMemory(dataSource)) return undefined;
  // Only the host knows how to open an encrypted database.
  if ('key' in dataSource.options && dataSource.options.key !== undefined) return undefined;
  return new SqliteCheckpoints(dataSource, transactor, intervalSeconds);
}

/** The transactor for the connection's engine. */
export function transactorFor(dataSource: DataSource): Transactor {
  return engineOf(dataSource) === 'sqlite' ? new SqliteTransactor(dataSource) : new PostgresTransactor(dataSource);
}

async function connected(options: DataSourceOptions): Promise<DataSource> {
  const dataSource = new DataSource(options);
  for (let attempt = 1; ; attempt += 1) {
    try {
      await dataSource.initialize();
      if (engineOf(dataSource) === 'postgres') outliveLostConnections(dataSource);
      return dataSource;
    } catch (error) {
      const { code } = error as { code?: string };
      const starting = code === 'ECONNREFUSED' || code === '57P03';
      if (!starting || attempt >= CONNECT_TRIES) throw error;
      await delay(CONNECT_PAUSE_MS);
    }
  }
}

/**
 * When PostgreSQL closes a connection, pg emits an error event, which ends the process if it has no listener. The pool
 * and TypeORM listen most of the time, but not while the pool hands the connection over to TypeORM.
 */
export function outliveLostConnections(dataSource: DataSource): void {
  const known = new WeakSet<pg.PoolClient>();
  poolOf(dataSource).on('acquire', (client) => {
    if (known.has(client)) return;
    known.add(client);
    client.on('error', () => undefined);
  });
}
