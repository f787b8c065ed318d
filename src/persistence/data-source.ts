/** The connection: from an address to options, and from options to an open, migrated database. */
import { setTimeout as delay } from 'node:timers/promises';
import { DataSource, type DataSourceOptions } from 'typeorm';
import type Database from 'better-sqlite3';
import type { Transactor } from '../core/index.js';
import { engineOf, migrate } from './engine.js';
import { ENTITIES } from './entities.js';
import { MIGRATIONS } from './migrations/index.js';
import { PostgresTransactor } from './postgres-transactor.js';
import { SqliteTransactor } from './sqlite-transactor.js';

/** Where the tokens are kept, as the configuration has parsed it. */
export type DatabaseAddress =
  { readonly engine: 'sqlite'; readonly path: string } | { readonly engine: 'postgres'; readonly url: string };

const SHARED = {
  entities: ENTITIES,
  migrations: MIGRATIONS,
  migrationsTableName: 'latchkey_migration',
  synchronize: false,
  logging: false as const,
};

/** How long to wait for a PostgreSQL that is still starting. */
const CONNECT_TRIES = 10;
const CONNECT_PAUSE_MS = 1000;

/** @param poolSize - connections to PostgreSQL at the most, at least 2 */
export function dataSourceOptions(address: DatabaseAddress, poolSize: number): DataSourceOptions {
  if (address.engine === 'postgres') {
    return {
      ...SHARED,
      type: 'postgres',
      url: address.url,
      poolSize,
      connectTimeoutMS: 5000,
      applicationName: 'latchkey',
      extra: { keepAlive: true },
    };
  }
  return {
    ...SHARED,
    type: 'better-sqlite3',
    database: address.path,
    enableWAL: true,
    timeout: 5000,
    prepareDatabase: (database: Database.Database) => {
      // WAL's own default, NORMAL, may lose acknowledged commits when the power fails.
      database.pragma('synchronous = FULL');
    },
  };
}

/** Opens the database and brings its schema up to date. */
export async function openDatabase(options: DataSourceOptions): Promise<DataSource> {
  const dataSource = new DataSource(options);
  await connect(dataSource);
  try {
    await migrate(dataSource);
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
  return dataSource;
}

/** The transactor for the engine of a connection. */
export function transactorFor(dataSource: DataSource): Transactor {
  return engineOf(dataSource) === 'sqlite' ? new SqliteTransactor(dataSource) : new PostgresTransactor(dataSource);
}

async function connect(dataSource: DataSource): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await dataSource.initialize();
      return;
    } catch (error) {
      const { code } = error as { code?: string };
      const starting = code === 'ECONNREFUSED' || code === '57P03';
      if (!starting || attempt >= CONNECT_TRIES) throw error;
      await delay(CONNECT_PAUSE_MS);
    }
  }
}
