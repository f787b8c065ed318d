/** The connection: from an address to options, and from options to an open, migrated database. */
import { setTimeout as delay } from 'node:timers/promises';
import { DataSource, type DataSourceOptions } from 'typeorm';
import type Database from 'better-sqlite3';
import type pg from 'pg';
import {
  LocalRelay,
  type ChangeRelay,
  type EventBus,
  type Schema,
  type TokenLookup,
  type Transactor,
} from '../core/index.js';
import { poolOf } from '../internals/index.js';
import { engineOf, migrate } from './engine.js';
import { PostgresTokenLookup } from './lookup/postgres-token-lookup.js';
import { SqliteTokenLookup } from './lookup/sqlite-token-lookup.js';
import { PostgresRelay, type RelayOptions } from './relay/postgres-relay.js';
import { PostgresTransactor } from './postgres-transactor.js';
import { SqliteTransactor } from './sqlite-transactor.js';

/** Where the tokens are kept, as the configuration has parsed it. */
export type DatabaseAddress =
  { readonly engine: 'sqlite'; readonly path: string } | { readonly engine: 'postgres'; readonly url: string };

const SHARED = {
  migrationsTableName: 'latchkey_migration',
  synchronize: false,
  logging: false as const,
};

/** How long PostgreSQL may take, so that no request waits for ever; migrations have no such limit. */
const TIME_LIMITS_MS = {
  statement_timeout: 10_000,
  lock_timeout: 8000,
  idle_in_transaction_session_timeout: 15_000,
  query_timeout: 12_000,
};

/** How long SQLite’s log may grow: to 32 MiB. */
const CHECKPOINT_PAGES = 8192;

/** How long to wait for a PostgreSQL that is still starting. */
const CONNECT_TRIES = 10;
const CONNECT_PAUSE_MS = 1000;

/** For people: no address of PostgreSQL, which may hold a password. */
export function describeAddress(address: DatabaseAddress): string {
  return address.engine === 'sqlite' ? `the SQLite file ${address.path}` : 'the PostgreSQL database';
}

/** @param poolSize - connections to PostgreSQL at the most, at least 2 */
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
    // Waiting for another process blocks ours: the transactor waits in its own way.
    timeout: 0,
    prepareDatabase: (database: Database.Database) => {
      // WAL's own default, NORMAL, may lose acknowledged commits when the power fails.
      database.pragma('synchronous = FULL');
      // What savepoints keep for an undo goes through a file otherwise, at three times as many writes as the log itself.
      database.pragma('temp_store = MEMORY');
      // Pages that many commits change, as the ends of indices, are then copied out of the log once and not each time.
      database.pragma(`wal_autocheckpoint = ${String(CHECKPOINT_PAGES)}`);
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
  // A database in memory lives as long as its connection.
  if (engineOf(migrating) === 'sqlite') return migrating;
  await migrating.destroy();
  return connected(options);
}

function withoutTimeLimits(options: DataSourceOptions): DataSourceOptions {
  if (options.type !== 'postgres') return options;
  const limits = Object.fromEntries(Object.keys(TIME_LIMITS_MS).map((name) => [name, undefined]));
  return { ...options, extra: { ...(options.extra as object), ...limits } };
}

/** The look-up of credentials for the engine of a connection. */
export function tokenLookupFor(dataSource: DataSource, transactor: Transactor): TokenLookup {
  return transactor instanceof SqliteTransactor
    ? new SqliteTokenLookup(dataSource, transactor)
    : new PostgresTokenLookup(dataSource);
}

/** How changes reach every instance over this connection. */
export function relayFor(dataSource: DataSource, events: EventBus, options: RelayOptions): ChangeRelay {
  return engineOf(dataSource) === 'sqlite' ? new LocalRelay(events) : new PostgresRelay(dataSource, events, options);
}

/** The transactor for the engine of a connection. */
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
 * A connection that PostgreSQL ends is an error event, and one that nobody listens to ends the process. The pool and
 * TypeORM listen most of the time, but not while one hands the connection to the other.
 */
export function outliveLostConnections(dataSource: DataSource): void {
  const known = new WeakSet<pg.PoolClient>();
  poolOf(dataSource).on('acquire', (client) => {
    if (known.has(client)) return;
    known.add(client);
    client.on('error', () => undefined);
  });
}
