/** Turns a database address into connection options, and an open connection into what reads and writes by it. */
import { createRequire } from 'node:module';
import path from 'node:path';
import type { TlsOptions } from 'node:tls';
import type { DataSource, DataSourceOptions } from 'typeorm';
import type Database from 'better-sqlite3';
import type pg from 'pg';
import {
  LocalFailureCounters,
  LocalRelay,
  lookForTracer,
  type ChangeRelay,
  type Clock,
  type EventBus,
  type FailureCounters,
  type Schema,
  type TokenLookup,
  type Transactor,
} from '../core/index.js';
import { followLinks, poolOf, sqliteConnectionOf } from '../internals/index.js';
import { driverError } from './driver-package.js';
import { engineOf } from './engine.js';
import { PostgresTokenLookup, type LookupLimits } from './lookup/postgres-token-lookup.js';
import { SqliteTokenLookup } from './lookup/sqlite-token-lookup.js';
import { PostgresFailureCounters } from './postgres-failure-counters.js';
import { GuestRelay } from './relay/guest-relay.js';
import { PostgresRelay, type RelayOptions } from './relay/postgres-relay.js';
import { SqliteRelay, foreignCommitsOf } from './relay/sqlite-relay.js';
import type { DatabaseAddress } from './persistence.settings.js';
import { choosingClient } from './choosing-client.js';
import { readPostgresAddress } from './postgres-address.js';
import { tlsChoices } from './postgres-tls.js';
import { UnusableDatabase } from './unusable-database.js';
import { PostgresTransactor } from './postgres-transactor.js';
import { LOG_BYTES, LOG_PAGES, SqliteCheckpoints } from './sqlite-checkpoints.js';
import { SqliteTransactor } from './sqlite-transactor.js';
import { traceStatements } from './statement-spans.js';
import type { TransactorLimits } from './transactor-limits.js';

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

/** Describes the database for messages: the whole path of a file, and of a PostgreSQL address neither user nor password. */
export function describeAddress(address: DatabaseAddress): string {
  if (address.engine === 'postgres') return `the PostgreSQL database ${describePostgres(address.url)}`;
  const { path: file } = address;
  return file === ':memory:' ? 'an SQLite database in memory' : `the SQLite file ${path.resolve(file)}`;
}

/** The name of a PostgreSQL database and its hosts, without user and password. */
export function describePostgres(url: string): string {
  const address = readPostgresAddress(url);
  if (typeof address === 'string') return 'of an address that cannot be read';
  const name = decodeURIComponent(new URL(address.url).pathname.slice(1));
  const places = address.endpoints.map(({ host, port }) => (host.startsWith('/') ? host : `${host}:${String(port)}`));
  return [name, places.join(', ')].filter((part) => part !== '').join(' on ');
}

/** @throws UnusableDatabase if a file of the address cannot be read */
function postgresOptions(text: string): { url: string; tls?: TlsOptions | false; Client?: typeof pg.Client } {
  const address = readPostgresAddress(text);
  if (typeof address === 'string') throw new UnusableDatabase(`DATABASE_URL ${address}`);
  const { url, sslMode } = address;
  if (sslMode === undefined && address.endpoints.length === 1 && address.session === 'any') return { url };
  const [tls] = tlsChoices(address);
  const Client = choosingClient(loadPg(url).Client, address);
  return { url, ...(sslMode !== undefined && { tls: tls as TlsOptions | false }), ...(Client && { Client }) };
}

/** Loaded late, because SQLite needs none. @throws UnusableDatabase if it is not installed */
function loadPg(url: string): typeof pg {
  followLinks();
  try {
    return createRequire(import.meta.url)('pg') as typeof pg;
  } catch (error) {
    throw driverError(error, 'pg', `the PostgreSQL database ${describePostgres(url)}`);
  }
}

/** @param poolSize - maximum number of connections to PostgreSQL, at least 2 */
export function dataSourceOptions(
  address: DatabaseAddress,
  poolSize: number,
  { entities, migrations }: Schema,
): DataSourceOptions {
  const shared = { ...SHARED, entities: [...entities], migrations: [...migrations] };
  if (address.engine === 'postgres') {
    const { url, tls, Client } = postgresOptions(address.url);
    return {
      ...shared,
      type: 'postgres',
      url,
      ...(tls !== undefined && { ssl: tls }),
      poolSize,
      connectTimeoutMS: 5000,
      applicationName: 'latchkey',
      extra: { keepAlive: true, ...TIME_LIMITS_MS, ...(Client && { Client }) },
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

/** The same options without time limits, which migrations may need. */
export function withoutTimeLimits(options: DataSourceOptions): DataSourceOptions {
  if (options.type !== 'postgres') return options;
  const limits = Object.fromEntries(Object.keys(TIME_LIMITS_MS).map((name) => [name, undefined]));
  return { ...options, extra: { ...(options.extra as object), ...limits } };
}

/**
 * The token look-up for the connection's engine.
 * @param limits - of look-ups on PostgreSQL
 */
export function tokenLookupFor(dataSource: DataSource, transactor: Transactor, limits: LookupLimits): TokenLookup {
  return transactor instanceof SqliteTransactor
    ? new SqliteTokenLookup(dataSource, transactor)
    : new PostgresTokenLookup(dataSource, limits);
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

/**
 * The transactor for the connection's engine.
 * @param answerMs - how long PostgreSQL may not answer at all
 */
export function transactorFor(dataSource: DataSource, limits: TransactorLimits): Transactor {
  lookForTracer();
  traceStatements(dataSource);
  return engineOf(dataSource) === 'sqlite'
    ? new SqliteTransactor(dataSource, limits.writesWaiting)
    : new PostgresTransactor(dataSource, limits);
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
