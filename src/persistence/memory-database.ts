/** A database in memory: made from a prepared schema instead of migrations, and brought back to an earlier state. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type Database from 'better-sqlite3';
import { DataSource, type DataSourceOptions } from 'typeorm';
import type { Schema, Transactor } from '../core/index.js';
import { sqliteConnectionOf } from '../internals/index.js';
import { dataSourceOptions } from './data-source.js';
import { migrate } from './engine.js';
import type { ClaimedDatabase } from './open-database.js';

/** What the migrations of a schema leave, as SQL statements. */
export interface PreparedSchema {
  /** The names of these migrations, in their order. */
  readonly migrations: readonly string[];
  readonly sql: string;
}

/** What `tools/prepare-schema.js` has written. A program that runs from its sources, or from a plain build, has none. */
const BUILT = path.join(import.meta.dirname, '../prepared-schema.json');

/** By the names of the migrations. Released migrations never change, so the names say what they leave. */
const PREPARED = new Map<string, string>();

function keep({ migrations, sql }: PreparedSchema): void {
  PREPARED.set(migrations.join(), sql);
}

/** Runs the migrations on an empty database, and says what they leave. */
export async function prepareSchema(schema: Schema): Promise<PreparedSchema> {
  const dataSource = await new DataSource(optionsFor(schema)).initialize();
  try {
    await migrate(dataSource);
    return { migrations: namesOf(schema), sql: statementsOf(sqliteConnectionOf(dataSource)) };
  } finally {
    await dataSource.destroy();
  }
}

/**
 * Opens a new database in memory with a schema and no data. The first time in a process runs all migrations, unless the
 * build has run the same ones.
 */
export async function openInMemory(schema: Schema): Promise<ClaimedDatabase> {
  const key = namesOf(schema).join();
  if (PREPARED.size === 0 && existsSync(BUILT)) keep(JSON.parse(readFileSync(BUILT, 'utf8')) as PreparedSchema);
  if (!PREPARED.has(key)) keep(await prepareSchema(schema));
  const dataSource = await new DataSource(optionsFor(schema, PREPARED.get(key))).initialize();
  return { dataSource, isNew: true, claim: undefined };
}

function namesOf({ migrations }: Schema): string[] {
  return migrations.map(({ name }) => name);
}

function optionsFor(schema: Schema, statements = ''): DataSourceOptions {
  const options = dataSourceOptions({ engine: 'sqlite', path: ':memory:' }, 2, schema);
  return {
    ...options,
    prepareDatabase: (database: Database.Database) => {
      // Nothing is ever written to a disk.
      database.pragma('temp_store = MEMORY');
      database.exec(statements);
    },
  } as DataSourceOptions;
}

/** SQLite's own tables are made by it. */
const OBJECTS = `SELECT "sql" FROM "sqlite_master" WHERE "sql" IS NOT NULL AND "name" NOT LIKE 'sqlite%'
  ORDER BY "type" = 'table' DESC, "rowid"`;

function statementsOf(connection: Database.Database): string {
  const objects = connection.prepare<[], string>(OBJECTS).pluck().all();
  const rows = tablesOf(connection).flatMap((table) => insertsOf(connection, table));
  return ['PRAGMA foreign_keys = OFF', ...objects, ...rows, 'PRAGMA foreign_keys = ON'].join(';\n');
}

function insertsOf(connection: Database.Database, table: string): string[] {
  const columns = connection.prepare<[], { name: string }>(`PRAGMA table_info("${table}")`).all();
  const values = columns.map(({ name }) => `quote("${name}")`).join(` || ',' || `);
  const rows = connection.prepare<[], string>(`SELECT ${values} FROM "${table}"`).pluck().all();
  return rows.map((row) => `INSERT INTO "${table}" VALUES (${row})`);
}

/** With the counters of generated ids. */
function tablesOf(connection: Database.Database): string[] {
  const named = `SELECT "name" FROM "main"."sqlite_master" WHERE "type" = 'table'
    AND ("name" NOT LIKE 'sqlite%' OR "name" = 'sqlite_sequence')`;
  return connection.prepare<[], string>(named).pluck().all();
}

/** Where the rows are kept, next to the tables themselves. */
const KEPT = 'latchkey_kept';

/** The rows of a database in memory at one moment. */
export class MemorySnapshot {
  private constructor(
    private readonly connection: Database.Database,
    private readonly transactor: Transactor,
    private readonly tables: readonly string[],
  ) {}

  /** Keeps the rows as they are now. At most one snapshot per database. */
  static take(dataSource: DataSource, transactor: Transactor): MemorySnapshot {
    const connection = sqliteConnectionOf(dataSource);
    const tables = tablesOf(connection);
    connection.exec(`ATTACH ':memory:' AS "${KEPT}"`);
    for (const table of tables) {
      connection.exec(`CREATE TABLE "${KEPT}"."${keptName(table)}" AS SELECT * FROM "main"."${table}"`);
    }
    return new MemorySnapshot(connection, transactor, tables);
  }

  /** Brings all rows back, after the writes that are under way. Nothing that caches rows is told. */
  async restore(): Promise<void> {
    await this.transactor.write(() => {
      const { connection, tables } = this;
      connection.pragma('defer_foreign_keys = ON');
      for (const table of tables) connection.exec(`DELETE FROM "main"."${table}"`);
      for (const table of tables) {
        connection.exec(`INSERT INTO "main"."${table}" SELECT * FROM "${KEPT}"."${keptName(table)}"`);
      }
      return Promise.resolve();
    });
  }
}

/** SQLite reserves names that begin with its own. */
function keptName(table: string): string {
  return `kept_${table}`;
}
