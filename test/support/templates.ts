/** Databases that already have the schema: copies of one that was migrated once in this run. */
import { copyFileSync } from 'node:fs';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { loadConfig } from '../../src/config/index.js';
import { dataSourceOptions, openDatabase, type Engine } from '../../src/persistence/index.js';
import { SCHEMA } from '../../src/schema.js';
import { createForRun, createPostgres, createSqlite, type TestDatabase } from './engines.js';
import type { MountName } from './mounts.js';
import { oncePerRun } from './once-per-run.js';
import { shopDatabase } from './shop.js';

/** The schema that the migrations of a mount create, without data. */
export async function migratedDatabase(engine: Engine, mount: MountName): Promise<TestDatabase> {
  const template = await oncePerRun(`template-${engine}-${mount}`, () => makeTemplate(engine, mount));
  if (engine === 'postgres') return createPostgres(template);
  const database = createSqlite();
  copyFileSync(template, database.name);
  return database;
}

/** @returns the name of the database */
async function makeTemplate(engine: Engine, mount: MountName): Promise<string> {
  const database = await createForRun(engine);
  const { address, poolSize } = loadConfig({ DATABASE_URL: database.url }).database;
  const migrated =
    mount === 'standalone'
      ? await openDatabase(dataSourceOptions(address, poolSize, SCHEMA))
      : await new DataSource(shopDatabase(address) as DataSourceOptions).initialize();
  await migrated.destroy();
  return database.name;
}
