/** Undocumented parts of TypeORM 0.3 and 1: the driver objects of an open connection. */
import type Database from 'better-sqlite3';
import type pg from 'pg';
import type { DataSource, EntityMetadata, QueryRunner } from 'typeorm';
import { InternalsError } from './internals-error.js';

/** The versions that this file was written for; the peer range of package.json follows them. */
const TYPEORM_VERSIONS = '0.3 or 1';

/** A column as TypeORM describes it. */
export type ColumnMetadata = EntityMetadata['columns'][number];

/** The pool of an open PostgreSQL connection. @throws InternalsError */
export function poolOf({ driver }: DataSource): pg.Pool {
  const { master } = driver as { master?: Partial<pg.Pool> };
  if (typeof master?.on !== 'function' || typeof master.options?.max !== 'number')
    throw missing('pool (driver.master)');
  return master as pg.Pool;
}

/** The class of the connections in the pool. @throws InternalsError */
export function clientClassOf({ driver }: DataSource): new (config: pg.ClientConfig) => pg.Client {
  const { postgres, master } = driver as { postgres?: Partial<typeof pg>; master?: { options?: { Client?: unknown } } };
  // A class of one's own, which is given to the pool.
  const own = master?.options?.Client;
  if (typeof own === 'function') return own as new (config: pg.ClientConfig) => pg.Client;
  if (typeof postgres?.Client !== 'function') throw missing('driver module (driver.postgres)');
  return postgres.Client;
}

/** The class of an SQLite connection. @throws InternalsError */
export function sqliteClassOf({ driver }: DataSource): typeof Database {
  const { sqlite } = driver as { sqlite?: typeof Database };
  if (typeof sqlite !== 'function') throw missing('driver module (driver.sqlite)');
  return sqlite;
}

/** The open connection to an SQLite database. @throws InternalsError */
export function sqliteConnectionOf({ driver }: DataSource): Database.Database {
  const { databaseConnection } = driver as { databaseConnection?: Partial<Database.Database> };
  if (typeof databaseConnection?.prepare !== 'function') throw missing('connection (driver.databaseConnection)');
  return databaseConnection as Database.Database;
}

/** How many transactions are open on it, one in another: all but the first are savepoints. @throws InternalsError */
export function transactionDepthOf(queryRunner: QueryRunner): number {
  const { transactionDepth } = queryRunner as { transactionDepth?: unknown };
  if (typeof transactionDepth !== 'number') throw missing('depth of transactions (queryRunner.transactionDepth)');
  return transactionDepth;
}

function missing(what: string): InternalsError {
  return new InternalsError(`typeorm ${TYPEORM_VERSIONS}`, what);
}
