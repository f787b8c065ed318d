/** Checks the connection of a host, and says what to do where Latchkey cannot share it. */
import type { DataSource, EntityMetadata } from 'typeorm';
import type { Schema } from '../core/index.js';
import { engineOf, type Engine } from './engine.js';
import { schemaOption } from './host-schema.js';
import { poolSizeOf } from './postgres-transactor.js';
import { migrationsRun } from './schema-state.js';

/** The host's database set-up is missing or unsuitable; the message says how to fix it. */
export class ConnectionError extends Error {}

/** @throws ConnectionError if the host's connection has options with which it cannot be shared */
export function checkOptions(host: DataSource): Engine {
  const { type, synchronize, entityPrefix = '' } = host.options;
  if (type !== 'better-sqlite3' && type !== 'postgres') {
    throw new ConnectionError(
      `Latchkey runs on better-sqlite3 and postgres, but the host's TypeORM connection is of type ${type}: give ` +
        'LatchkeyModule.forRoot its own `database`',
    );
  }
  if (synchronize) {
    throw new ConnectionError(
      "The host's TypeORM connection has `synchronize: true`, which creates Latchkey's tables without the constraints and " +
        'rows of its migrations: remove it, add `...MIGRATIONS` to `migrations`, and set `migrationsRun: true`; or give ' +
        'LatchkeyModule.forRoot its own `database`, which may be the same one on PostgreSQL',
    );
  }
  if (entityPrefix !== '') {
    throw new ConnectionError(
      `The host's TypeORM connection has an \`entityPrefix\` (${entityPrefix}), but the names of Latchkey's tables are ` +
        'fixed by its migrations: give LatchkeyModule.forRoot its own `database`, or remove the prefix',
    );
  }
  if (type === 'postgres' && poolSizeOf(host) < 2) {
    throw new ConnectionError(
      "The host's TypeORM connection has a pool of one: give it a `poolSize` of at least 2, because some reads need a " +
        'second connection during a transaction',
    );
  }
  return engineOf(host);
}

/** @throws ConnectionError if the host's connection lacks our entities or tables */
export async function checkHost(host: DataSource, { entities, migrations }: Schema): Promise<void> {
  const missing = entities.filter((entity) => !host.hasMetadata(entity)).map(({ name }) => name);
  if (missing.length > 0) {
    throw new ConnectionError(
      `The host's TypeORM connection does not know Latchkey's entities (${missing.join(', ')}): ` +
        'add `...ENTITIES` to its `entities`',
    );
  }
  for (const entity of entities) checkNames(host.getMetadata(entity));
  await checkSchemaExists(host);
  const pending = await pendingOf(host, migrations);
  // A host may run them by other means, and record none: then the tables alone count.
  if (pending.length > 0 && pending.length < migrations.length) throw notRun(pending);
  for (const entity of entities) await checkTable(host, host.getMetadata(entity), pending);
  await checkSchema(host, entities);
}

/** @throws ConnectionError if a naming strategy of the host gives a table or column another name than its migration */
function checkNames({ givenTableName, tableName, columns }: EntityMetadata): void {
  const renamed = columns.find(
    ({ givenDatabaseName, databaseName }) => (givenDatabaseName ?? databaseName) !== databaseName,
  );
  const [given, name] = renamed ? [renamed.givenDatabaseName, renamed.databaseName] : [givenTableName, tableName];
  if (given === undefined || given === name) return;
  throw new ConnectionError(
    `The naming strategy of the host's TypeORM connection renames ${given} to ${name}, but the names of Latchkey's tables ` +
      'and columns are fixed by its migrations: let the strategy return a name that is given (the second parameter of ' +
      'tableName and columnName) as it is, or give LatchkeyModule.forRoot its own `database`',
  );
}

/** @throws ConnectionError if a schema that comes first in the search path has tables of Latchkey as well */
async function checkSchema(host: DataSource, entities: Schema['entities']): Promise<void> {
  const schema = schemaOption(host);
  if (schema === undefined) return;
  for (const { tableName } of entities.map((entity) => host.getMetadata(entity))) {
    const [row] = await host.query<{ same: boolean }[]>(
      `SELECT to_regclass(quote_ident($1)) = to_regclass(quote_ident($2) || '.' || quote_ident($1)) AS same`,
      [tableName, schema],
    );
    if (row?.same === true) continue;
    throw new ConnectionError(
      `The host's TypeORM connection has the schema ${schema}, but the table ${tableName} is in another schema of its ` +
        `search path: run Latchkey's migrations with this connection, and drop the other tables or put ${schema} first ` +
        `in the search path of the database user (ALTER ROLE … SET search_path)`,
    );
  }
}

/** Error codes and messages of PostgreSQL and SQLite for a missing table or column. */
const NOT_THERE = /^(42P01|42703)$|no such (table|column)/;

/** The names of the migrations that the host has not recorded, oldest first. */
async function pendingOf(host: DataSource, migrations: Schema['migrations']): Promise<string[]> {
  const done = new Set(await migrationsRun(host));
  return migrations.map(({ name }) => name).filter((name) => !done.has(name));
}

/** @param lacking - what shows it */
function notRun(pending: readonly string[], lacking = ''): ConnectionError {
  const newest = pending.at(-1);
  const count = pending.length === 1 ? 'one migration' : `${String(pending.length)} migrations`;
  const which = newest === undefined ? '' : `: ${count} of it did not run, the newest is ${newest}`;
  return new ConnectionError(
    `The host's database lacks a part of Latchkey${lacking}${which}: add \`...MIGRATIONS\` to the connection's ` +
      '`migrations` and run them, for example with `migrationsRun: true`',
  );
}

/** @throws ConnectionError for a schema that is not there */
async function checkSchemaExists(host: DataSource): Promise<void> {
  const schema = schemaOption(host);
  if (schema === undefined) return;
  const found = await host.query<unknown[]>('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema]);
  if (found.length > 0) return;
  throw new ConnectionError(
    `The host's TypeORM connection has the \`schema\` ${schema}, which is not in its database: correct it, or create it ` +
      `(CREATE SCHEMA) before the migrations run`,
  );
}

/** Uses the bare table name, without a schema, as some of our statements do. */
async function checkTable(
  host: DataSource,
  { tableName, columns }: EntityMetadata,
  pending: readonly string[],
): Promise<void> {
  const names = columns.map(({ databaseName }) => `t."${databaseName}"`);
  try {
    await host.query(`SELECT ${names.join(', ')} FROM "${tableName}" t WHERE 1 = 0`);
  } catch (error) {
    const { code = '', message } = error as { code?: string; message: string };
    if (!NOT_THERE.test(code) && !NOT_THERE.test(message)) throw error;
    throw notRun(pending, ` (${message})`);
  }
}
