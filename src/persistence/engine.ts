/** The statements that SQLite and PostgreSQL do not share. */
import type { DataSource, QueryRunner } from 'typeorm';
import { dataSourceOf } from '../core/index.js';

/** The engines that Latchkey runs on. */
export type Engine = 'sqlite' | 'postgres';

export function engineOf(dataSource: DataSource): Engine {
  const { type } = dataSource.options;
  if (type === 'better-sqlite3') return 'sqlite';
  if (type === 'postgres') return 'postgres';
  throw new Error(`Latchkey runs on better-sqlite3 and postgres, not on ${type}: give it a connection of one of these`);
}

/** Makes the generated ids of a table start after a given number. */
export async function startIdsAfter(queryRunner: QueryRunner, table: string, last: number): Promise<void> {
  if (engineOf(dataSourceOf(queryRunner)) === 'sqlite') {
    await queryRunner.query(`INSERT INTO "sqlite_sequence" ("name", "seq") VALUES ('${table}', ${String(last)})`);
  } else {
    await queryRunner.query(`SELECT setval(pg_get_serial_sequence('${table}', 'id'), ${String(last)})`);
  }
}

/**
 * Moves the generated ids of a table forward, so that none is given a second time after rows were lost.
 * @param atLeast - the next id is greater than this, and than the last one plus the margin
 */
export async function moveIdsForward(
  dataSource: DataSource,
  table: string,
  margin: number,
  atLeast: number,
): Promise<void> {
  const [row] = await dataSource.query<{ last: number | string | null }[]>(
    `SELECT MAX("id") AS "last" FROM "${table}"`,
  );
  const last = Math.max(Number(row?.last ?? 0) + margin, atLeast);
  if (engineOf(dataSource) === 'sqlite') {
    await dataSource.query(
      `UPDATE "sqlite_sequence" SET "seq" = MAX("seq" + ${String(margin)}, ${String(last)}) WHERE "name" = '${table}'`,
    );
  } else {
    await dataSource.query(
      `SELECT setval(sequence, GREATEST(nextval(sequence) + ${String(margin)}, ${String(last)}))
       FROM pg_get_serial_sequence('${table}', 'id') AS sequence`,
    );
  }
}

/** Key of the advisory lock under which instances migrate one after the other: an arbitrary number. */
const MIGRATION_LOCK = 4_712_208_531;

/** Brings the schema up to date; instances that start together on PostgreSQL take turns. */
export async function migrate(dataSource: DataSource): Promise<void> {
  if (engineOf(dataSource) === 'sqlite') {
    await dataSource.runMigrations({ transaction: 'each' });
    return;
  }
  const queryRunner = dataSource.createQueryRunner();
  try {
    await queryRunner.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await dataSource.runMigrations({ transaction: 'each' });
  } finally {
    await queryRunner.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]).catch(() => undefined);
    await queryRunner.release();
  }
}
