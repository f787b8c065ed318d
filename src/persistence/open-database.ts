/** Opens a database: waits until it can be reached, refuses one that must not be used, and brings its schema up to date. */
import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { DataSource, DataSourceOptions } from 'typeorm';
import type { Schema } from '../core/index.js';
import { newDataSource } from './bounded-data-source.js';
import { dataSourceOptions, describeAddress, outliveLostConnections, withoutTimeLimits } from './data-source.js';
import { driverError } from './driver-package.js';
import { isUnreachable, reasonOf } from './driver-errors.js';
import { engineOf, migrate } from './engine.js';
import type { DatabaseAddress } from './persistence.settings.js';
import { schemaStateOf } from './schema-state.js';
import { SqliteClaim } from './sqlite-claim.js';
import { UnusableDatabase } from './unusable-database.js';

/** How long to wait for a database, unless told otherwise, and the pause between attempts. */
const WAIT_MS = 10_000;
const PAUSE_MS = 500;

const logger = new Logger('Database');

export interface OpenOptions {
  /** How long to wait for a database that cannot be reached. Default: 10,000. */
  readonly waitMs?: number;
  /** Whether an empty database is refused instead of being given tables. Default: no. */
  readonly mustExist?: boolean;
  /** Told what is being waited for, as part of a sentence that strangers may read. */
  readonly onProgress?: (waitingFor: string) => void;
  /** How messages name the database. */
  readonly name?: string;
}

/** An open database of a server. */
export interface OpenedDatabase {
  readonly dataSource: DataSource;
  /** Whether it was empty. */
  readonly isNew: boolean;
}

/** A database of a server, and its claim if it is an SQLite file. Release the claim after closing the database. */
export interface ClaimedDatabase extends OpenedDatabase {
  readonly claim: SqliteClaim | undefined;
}

/** Opens the database and brings its schema up to date. */
export async function openDatabase(options: DataSourceOptions): Promise<DataSource> {
  return (await open(options, {}, undefined)).dataSource;
}

/**
 * Opens the database of a server, which no other server uses if it is an SQLite file.
 * @param poolSize - maximum number of connections to PostgreSQL, at least 2
 * @throws UnusableDatabase, ClaimedError
 */
export async function openClaimed(
  address: DatabaseAddress,
  poolSize: number,
  schema: Schema,
  options: OpenOptions = {},
): Promise<ClaimedDatabase> {
  const claim = await SqliteClaim.take(address, options.mustExist);
  try {
    const name = describeAddress(address);
    return { ...(await open(dataSourceOptions(address, poolSize, schema), { name, ...options }, claim)), claim };
  } catch (error) {
    claim?.release();
    throw error;
  }
}

async function open(
  options: DataSourceOptions,
  opening: OpenOptions,
  claim: SqliteClaim | undefined,
): Promise<OpenedDatabase> {
  const migrating = await connected(withoutTimeLimits(options), opening);
  let isNew: boolean;
  try {
    isNew = await upToDate(migrating, opening, claim);
  } catch (error) {
    await migrating.destroy();
    throw error;
  }
  // An in-memory database exists only as long as its connection.
  if (engineOf(migrating) === 'sqlite') return { dataSource: migrating, isNew };
  await migrating.destroy();
  return { dataSource: await connected(options, opening), isNew };
}

/** @returns whether the database was empty */
async function upToDate(
  dataSource: DataSource,
  { mustExist = false, onProgress, name = 'the database' }: OpenOptions,
  claim: SqliteClaim | undefined,
): Promise<boolean> {
  // A host that has our tables in its own schema has checked them.
  if (dataSource.migrations.length === 0) return false;
  const { applied, pending, unknown } = await schemaStateOf(dataSource);
  if (unknown.length > 0) throw new UnusableDatabase(newerMessage(name, unknown));
  const isNew = applied.length === 0;
  if (isNew && mustExist) throw new UnusableDatabase(emptyMessage(name));
  claim?.checkData(isNew);
  const isUpgrade = !isNew && pending.length > 0;
  if (isUpgrade) {
    onProgress?.('the schema is brought up to date');
    logger.log(`the schema of ${name} is brought up to date: ${String(pending.length)} migrations`);
  }
  const began = performance.now();
  await migrate(dataSource);
  if (isUpgrade) logger.log(`the schema is up to date after ${String(Math.round(performance.now() - began))} ms`);
  claim?.markData();
  return isNew;
}

/** A server must not write to a schema that it does not know: what it writes may break what the newer one relies on. */
function newerMessage(name: string, unknown: readonly string[]): string {
  return (
    `the schema of ${name} is newer than this version of Latchkey, which does not know ${unknown.join(', ')}: start the ` +
    'version (or the dialect) that made it, or go back to this one as docs/operating.md describes'
  );
}

function emptyMessage(name: string): string {
  return (
    `${name} has no tables of Latchkey, and DATABASE_MUST_EXIST forbids to create them: correct DATABASE_URL, restore the ` +
    'database from a backup, or unset DATABASE_MUST_EXIST to begin with an empty one'
  );
}

/** TypeORM loads the driver of a data source when the source is made. */
function made(options: DataSourceOptions, name: string): DataSource {
  try {
    return newDataSource(options);
  } catch (error) {
    throw driverError(error, options.type === 'postgres' ? 'pg' : 'better-sqlite3', name);
  }
}

async function connected(
  options: DataSourceOptions,
  { waitMs = WAIT_MS, onProgress, name }: OpenOptions,
): Promise<DataSource> {
  const until = performance.now() + waitMs;
  for (let attempt = 1; ; attempt += 1) {
    const dataSource = made(options, name ?? 'the database');
    try {
      await dataSource.initialize();
      if (engineOf(dataSource) === 'postgres') outliveLostConnections(dataSource);
      return dataSource;
    } catch (error) {
      if (!isUnreachable(error) || performance.now() + PAUSE_MS > until) throw error;
      if (attempt === 1) {
        onProgress?.('the database cannot be reached yet');
        const seconds = String(Math.round(waitMs / 1000));
        logger.warn(
          `waiting up to ${seconds} s for ${name ?? 'the database'}, which cannot be reached (${reasonOf(error)})`,
        );
      }
      await delay(PAUSE_MS);
    }
  }
}
