/**
 * The `schema` of a host's PostgreSQL connection. TypeORM puts it before the names of tables; statements of ours have bare
 * names, which the search path resolves. The schema is added at its end, so that no name of the host means another table.
 */
import type { DataSource, QueryRunner } from 'typeorm';
import { dataSourceOf, type MigrationClass } from '../core/index.js';
import { poolOf } from '../internals/index.js';

/** The schema that a connection names, `undefined` without one. */
export function schemaOption({ options }: DataSource): string | undefined {
  const { type, schema } = options as { readonly type: string; readonly schema?: string };
  return type === 'postgres' && schema !== undefined && schema !== '' ? schema : undefined;
}

const ADDED = `SELECT set_config('search_path', concat_ws(', ', nullif(current_setting('search_path'), ''), quote_ident($1)), $2)`;

/** What a connection needs of a driver: a client, a pool or a query runner. */
interface Asked {
  query(statement: string, values: unknown[]): Promise<unknown>;
}

/** Adds the schema to the path of one session. */
export async function enterSchema(session: Asked, schema: string): Promise<void> {
  await session.query(ADDED, [schema, false]);
}

/** Adds the schema to the path of every session of the pool, those that are open and those that will be. */
export async function enterSchemaEverywhere(dataSource: DataSource): Promise<void> {
  const schema = schemaOption(dataSource);
  if (schema === undefined) return;
  const pool = poolOf(dataSource);
  // Waits in the client's queue ahead of all else; a session that fails now fails its first statement, too.
  pool.on('connect', (client) => {
    enterSchema(client, schema).catch(() => undefined);
  });
  const open = await Promise.all(Array.from({ length: pool.totalCount }, () => pool.connect()));
  try {
    for (const client of open) await enterSchema(client, schema);
  } finally {
    for (const client of open) client.release();
  }
}

const wrapped = new WeakMap<MigrationClass, MigrationClass>();

/** The migration, with the schema of the connection in the path while it runs. */
export function inSchema(migration: MigrationClass): MigrationClass {
  const known = wrapped.get(migration);
  if (known) return known;
  class InSchema extends migration {
    override up(queryRunner: QueryRunner): Promise<unknown> {
      return within(queryRunner, () => super.up(queryRunner));
    }

    override down(queryRunner: QueryRunner): Promise<unknown> {
      return within(queryRunner, () => super.down(queryRunner));
    }
  }
  // TypeORM reads the time of a migration from its name.
  Object.defineProperty(InSchema, 'name', { value: migration.name });
  wrapped.set(migration, InSchema);
  return InSchema;
}

async function within(queryRunner: QueryRunner, work: () => Promise<unknown>): Promise<unknown> {
  const schema = schemaOption(dataSourceOf(queryRunner));
  if (schema === undefined) return work();
  const [row] = (await queryRunner.query(`SELECT current_setting('search_path') AS path`)) as { path: string }[];
  // First, so that what is created and named without a schema is there.
  await queryRunner.query(`SELECT set_config('search_path', concat_ws(', ', quote_ident($1), nullif($2, '')), false)`, [
    schema,
    row?.path ?? '',
  ]);
  const result = await work();
  // After an error the transaction is rolled back, and the path with it.
  await queryRunner.query(`SELECT set_config('search_path', $1, false)`, [row?.path ?? '']);
  return result;
}
