/** Inspects a database: whether it is intact, what is in it, and what time it has. */
import type { DataSource, EntityMetadata } from 'typeorm';
import { engineOf } from './engine.js';

/** Problems of one kind that are told. */
const TOLD = 10;

/** What the engine finds wrong with the database; empty if it is intact. It reads all of an SQLite file. */
export async function integrityProblems(dataSource: DataSource): Promise<string[]> {
  if (engineOf(dataSource) === 'postgres') {
    const invalid = await dataSource.query<{ name: string }[]>(
      `SELECT c.relname AS "name" FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
       WHERE NOT i.indisvalid AND c.relname LIKE 'latchkey%'`,
    );
    return invalid.map(({ name }) => `the index ${name} is not valid: run REINDEX INDEX "${name}"`);
  }
  const found = await dataSource.query<{ integrity_check: string }[]>(`PRAGMA integrity_check(${String(TOLD)})`);
  const damages = found.map((row) => row.integrity_check).filter((text) => text !== 'ok');
  const orphans = await dataSource.query<{ table: string; parent: string }[]>('PRAGMA foreign_key_check');
  return [
    ...damages,
    ...orphans.slice(0, TOLD).map(({ table, parent }) => `${table} refers to missing rows of ${parent}`),
  ];
}

/** The number of rows of each table of the schema, by name. */
export async function rowCounts(dataSource: DataSource): Promise<Record<string, number>> {
  const tables = [...new Set(dataSource.entityMetadatas.map(({ tableName }: EntityMetadata) => tableName))].sort();
  const counts: Record<string, number> = {};
  for (const table of tables) {
    const [row] = await dataSource.query<{ count: string | number }[]>(`SELECT COUNT(*) AS "count" FROM "${table}"`);
    counts[table] = Number(row?.count ?? 0);
  }
  return counts;
}

/** The time of the database server, by its clock; an SQLite file has none. */
export async function databaseTime(dataSource: DataSource): Promise<Date | undefined> {
  if (engineOf(dataSource) === 'sqlite') return undefined;
  const [row] = await dataSource.query<{ now: Date }[]>('SELECT clock_timestamp() AS "now"');
  return row?.now;
}
