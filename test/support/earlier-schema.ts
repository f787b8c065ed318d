/** Opens databases with the schema of an earlier version, for the tests of migrations. */
import { DataSource } from 'typeorm';
import { loadConfig } from '../../src/config/index.js';
import { dataSourceOptions } from '../../src/persistence/index.js';
import { ENTITIES, MIGRATIONS } from '../../src/schema.js';
import { closeLater } from './closing.js';
import type { TestDatabase } from './engines.js';

type Migrations = typeof MIGRATIONS;

/** The migrations before the one whose name begins like this. */
export function migrationsBefore(name: string): Migrations {
  return MIGRATIONS.slice(0, placeOf(name));
}

/** The migrations up to the one whose name begins like this, and with it. */
export function migrationsUpTo(name: string): Migrations {
  return MIGRATIONS.slice(0, placeOf(name) + 1);
}

/** A connection to a database after these migrations; it is closed when the test or the file ends. */
export async function openMigrated({ url }: TestDatabase, migrations = MIGRATIONS): Promise<DataSource> {
  const { address } = loadConfig({ DATABASE_URL: url }).database;
  const options = dataSourceOptions(address, 2, { entities: ENTITIES, migrations });
  const dataSource = await new DataSource({ ...options, migrationsRun: true }).initialize();
  closeLater(() => (dataSource.isInitialized ? dataSource.destroy() : Promise.resolve()));
  return dataSource;
}

/** Reverts all migrations from the one whose name begins like this. */
export async function revertFrom(dataSource: DataSource, name: string): Promise<void> {
  const count = MIGRATIONS.length - placeOf(name);
  for (let done = 0; done < count; done += 1) await dataSource.undoLastMigration({ transaction: 'each' });
}

function placeOf(name: string): number {
  const place = MIGRATIONS.findIndex((migration) => migration.name.startsWith(name));
  if (place < 0) throw new Error(`there is no migration ${name}`);
  return place;
}
