/** Compares the migrations that a database has with those that this version knows. */
import type { DataSource } from 'typeorm';
import { schemaOption } from './host-schema.js';

/** The names of migrations, oldest first. */
export interface SchemaState {
  /** Those that have run and are known. */
  readonly applied: readonly string[];
  /** Those that have not run yet. */
  readonly pending: readonly string[];
  /** Those that have run and that this version does not know: a newer version has run them. */
  readonly unknown: readonly string[];
}

/** Reads which migrations have run, and changes nothing. */
export async function schemaStateOf(dataSource: DataSource): Promise<SchemaState> {
  const known = dataSource.migrations.map(({ name, constructor }) => name ?? constructor.name);
  const done = await migrationsRun(dataSource);
  return {
    applied: known.filter((name) => done.includes(name)),
    pending: known.filter((name) => !done.includes(name)),
    unknown: done.filter((name) => !known.includes(name)),
  };
}

/** The sentence about a schema that this version cannot work with; `undefined` if it can. */
export function schemaProblem({ applied, pending, unknown }: SchemaState): string | undefined {
  if (unknown.length > 0) {
    return (
      `the database has migrations that this version does not know (${unknown.join(', ')}): it belongs to a newer ` +
      'version of Latchkey; use that version, or restore a backup from before the upgrade'
    );
  }
  if (applied.length === 0) return 'the database has no schema of Latchkey yet: start the server first';
  if (pending.length > 0) {
    return (
      `the schema of the database is older than this version (${String(pending.length)} migrations are pending): ` +
      'start the server, or run "latchkey migrate up"'
    );
  }
  return undefined;
}

/** The names of all migrations that have run on a connection, those of a host included, oldest first. */
export async function migrationsRun(dataSource: DataSource): Promise<string[]> {
  const { migrationsTableName = 'migrations' } = dataSource.options;
  const schema = schemaOption(dataSource);
  const parts = schema === undefined ? [migrationsTableName] : [schema, migrationsTableName];
  const table = parts.map((part) => dataSource.driver.escape(part)).join('.');
  const queryRunner = dataSource.createQueryRunner();
  try {
    if (!(await queryRunner.hasTable(parts.join('.')))) return [];
    const rows = (await queryRunner.query(`SELECT "name" FROM ${table} ORDER BY "id"`)) as { name: string }[];
    return rows.map(({ name }) => name);
  } finally {
    await queryRunner.release();
  }
}
