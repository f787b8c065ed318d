/** Databases whose schema is there already: copies of one that was migrated once in this run. */
import { copyFileSync } from 'node:fs';
import { loadConfig } from '../../src/config/index.js';
import { dataSourceOptions, openDatabase, type Engine } from '../../src/persistence/index.js';
import { ENGINES, createDatabase, createPostgres, createSqlite, type TestDatabase } from './engines.js';

/** For the workers of the run: the name of the database to copy. */
const VARIABLES: Record<Engine, string> = { sqlite: 'TEST_SQLITE_TEMPLATE', postgres: 'TEST_POSTGRES_TEMPLATE' };

/** @returns how to remove them */
export async function makeTemplates(): Promise<() => Promise<void>> {
  const templates = await Promise.all(ENGINES.map(makeTemplate));
  return async () => {
    await Promise.all(templates.map((template) => template.drop()));
  };
}

/** What the migrations make of an empty database, and nothing in it. */
export async function migratedDatabase(engine: Engine): Promise<TestDatabase> {
  const template = process.env[VARIABLES[engine]];
  if (template === undefined) throw new Error(`${VARIABLES[engine]} is not set: nothing was set up for this run`);
  if (engine === 'postgres') return createPostgres(template);
  const database = createSqlite();
  copyFileSync(template, database.name);
  return database;
}

async function makeTemplate(engine: Engine): Promise<TestDatabase> {
  const database = await createDatabase(engine);
  const { address, poolSize } = loadConfig({ DATABASE_URL: database.url }).database;
  await (await openDatabase(dataSourceOptions(address, poolSize))).destroy();
  process.env[VARIABLES[engine]] = database.name;
  return database;
}
