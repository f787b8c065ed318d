/** Databases whose schema is there already: copies of one that was migrated once in this run. */
import { copyFileSync } from 'node:fs';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { loadConfig } from '../../src/config/index.js';
import { dataSourceOptions, openDatabase, type Engine } from '../../src/persistence/index.js';
import { ENGINES, createDatabase, createPostgres, createSqlite, type TestDatabase } from './engines.js';
import { mountOf, type MountName } from './mounts.js';
import { shopDatabase } from './shop.js';

/** For the workers of the run: where the name of the database to copy is. */
const variable = (engine: Engine, mount: MountName): string => `TEST_TEMPLATE_${engine}_${mount}`;

/** @returns how to remove them */
export async function makeTemplates(): Promise<() => Promise<void>> {
  const mountsOf = (engine: Engine): MountName[] => [...new Set<MountName>(['standalone', mountOf(engine)])];
  const templates = await Promise.all(
    ENGINES.flatMap((engine) => mountsOf(engine).map((mount) => makeTemplate(engine, mount))),
  );
  return async () => {
    await Promise.all(templates.map((template) => template.drop()));
  };
}

/** What the migrations of a mount make of an empty database, and nothing in it. */
export async function migratedDatabase(engine: Engine, mount: MountName): Promise<TestDatabase> {
  const name = variable(engine, mount);
  const template = process.env[name];
  if (template === undefined) throw new Error(`${name} is not set: nothing was set up for this run`);
  if (engine === 'postgres') return createPostgres(template);
  const database = createSqlite();
  copyFileSync(template, database.name);
  return database;
}

async function makeTemplate(engine: Engine, mount: MountName): Promise<TestDatabase> {
  const database = await createDatabase(engine);
  const { address, poolSize } = loadConfig({ DATABASE_URL: database.url }).database;
  const migrated =
    mount === 'standalone'
      ? await openDatabase(dataSourceOptions(address, poolSize))
      : await new DataSource(shopDatabase(address) as DataSourceOptions).initialize();
  await migrated.destroy();
  process.env[variable(engine, mount)] = database.name;
  return database;
}
