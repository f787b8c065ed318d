/** How much space the database takes. */
import { stat } from 'node:fs/promises';
import type { DataSource } from 'typeorm';
import { sqliteConnectionOf } from '../internals/index.js';
import { engineOf } from './engine.js';

/**
 * Bytes by part. SQLite: `main` is the file, `wal` its write-ahead log, and `free` what of the file is unused. PostgreSQL:
 * `main` is the whole database.
 * @throws the error of the driver
 */
export async function databaseBytes(dataSource: DataSource): Promise<Readonly<Record<string, number>>> {
  if (engineOf(dataSource) === 'postgres') {
    const [row] = await dataSource.query<{ bytes: string }[]>('SELECT pg_database_size(current_database()) AS bytes');
    return { main: Number(row?.bytes) };
  }
  const connection = sqliteConnectionOf(dataSource);
  const value = (name: string): number => Number(connection.pragma(name, { simple: true }));
  const page = value('page_size');
  return {
    main: value('page_count') * page,
    free: value('freelist_count') * page,
    wal: await sizeOf(`${connection.name}-wal`),
  };
}

/** 0 for a file that is not there, as that of a database in memory. */
async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch {
    return 0;
  }
}
