/** The database connection of a module: the host's if it is suitable, otherwise a connection of its own. */
import type { OnApplicationShutdown } from '@nestjs/common';
import type { DataSource, EntityMetadata } from 'typeorm';
import type { Schema } from '../core/index.js';
import { defaultsOf } from '../settings/index.js';
import { describeAddress, outliveLostConnections } from './data-source.js';
import { reasonOf } from './driver-errors.js';
import { engineOf, type Engine } from './engine.js';
import { enterSchemaEverywhere, schemaOption } from './host-schema.js';
import { DATABASE_SETTINGS, type DatabaseAddress } from './persistence.settings.js';
import { openClaimed } from './open-database.js';
import { poolSizeOf } from './postgres-transactor.js';
import { ClaimedError, type SqliteClaim } from './sqlite-claim.js';
import { UnusableDatabase } from './unusable-database.js';

/** The host's database set-up is missing or unsuitable; the message says how to fix it. */
export class ConnectionError extends Error {}

/** Maximum number of connections to a PostgreSQL database that is opened here. */
const { poolSize: POOL_SIZE } = defaultsOf(DATABASE_SETTINGS);

/** An open database connection. The class is also the injection token. */
export class Connection implements OnApplicationShutdown {
  private constructor(
    readonly dataSource: DataSource,
    private readonly isOwn: boolean,
    private readonly claim?: SqliteClaim,
  ) {}

  /** For callers that open, migrate and close the database themselves. */
  static of(dataSource: DataSource): Connection {
    return new Connection(dataSource, false);
  }

  /**
   * @param database - address of a database to open, or `undefined` to use the host's connection
   * @param schema - the entities and migrations of the database
   * @throws ConnectionError
   */
  static async open(
    database: DatabaseAddress | undefined,
    host: DataSource | undefined,
    schema: Schema,
  ): Promise<Connection> {
    if (database !== undefined) return Connection.ownTo(database, schema);
    if (!host) throw new ConnectionError(NO_CONNECTION);
    const engine = checkOptions(host);
    await enterSchemaEverywhere(host);
    await checkHost(host, schema);
    if (engine === 'sqlite') return Connection.separateFrom(host, schema);
    outliveLostConnections(host);
    return new Connection(host, false);
  }

  /**
   * TypeORM has one connection to an SQLite file. If it were shared, a rollback by the host would also undo writes of
   * ours that were already acknowledged, so we open a second one.
   */
  private static async separateFrom(host: DataSource, { entities }: Schema): Promise<Connection> {
    const { database } = host.options as { database: string };
    if (database === ':memory:' || database === '') {
      throw new ConnectionError(
        'An in-memory SQLite database has only one connection, on which transactions of the host and of Latchkey would mix: ' +
          'give LatchkeyModule.forRoot its own `database`, for example { engine: "sqlite", path: ":memory:" }',
      );
    }
    return Connection.ownTo({ engine: 'sqlite', path: database }, { entities, migrations: [] });
  }

  private static async ownTo(address: DatabaseAddress, schema: Schema): Promise<Connection> {
    const { dataSource, claim } = await openClaimed(address, POOL_SIZE, schema).catch((error: unknown) => {
      if (error instanceof UnusableDatabase) {
        const isTwice = error instanceof ClaimedError && error.isOurs;
        throw new ConnectionError(isTwice ? TWICE : error.message, { cause: error });
      }
      throw new ConnectionError(
        `LatchkeyModule's \`database\` is ${describeAddress(address)}, which cannot be used (${reasonOf(error)}): check ` +
          'the address and the database, or give another',
        { cause: error },
      );
    });
    return new Connection(dataSource, true, claim);
  }

  /** @throws ConnectionError if `other` is a second connection to the same database */
  checkBeside(other: Connection): void {
    if (other !== this && nameOf(other.dataSource) === nameOf(this.dataSource)) throw new ConnectionError(TWICE);
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.isOwn && this.dataSource.isInitialized) await this.dataSource.destroy();
    this.claim?.release();
  }
}

/** Identifies the database; every in-memory database is different from all others. */
function nameOf({ options }: DataSource): unknown {
  if (options.type !== 'better-sqlite3') return 'url' in options ? options.url : options;
  return options.database === ':memory:' ? options : options.database;
}

const TWICE =
  'LatchkeyModule is imported twice for one database: call forRoot once, keep its result in a constant, and ' +
  'pass that to every module as `imports: [latchkey]`';

const NO_CONNECTION =
  'Latchkey has no database: import TypeOrmModule.forRoot({ …, entities: [...ENTITIES], migrations: [...MIGRATIONS] }) ' +
  'in the host, or give LatchkeyModule.forRoot a `database`, for example { engine: "sqlite", path: "./data/latchkey.sqlite" }';

/** @throws ConnectionError if the host's connection has options with which it cannot be shared */
function checkOptions(host: DataSource): Engine {
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
        'rows of its migrations: remove it, add `...MIGRATIONS` to `migrations`, and set `migrationsRun: true`',
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
async function checkHost(host: DataSource, { entities }: Schema): Promise<void> {
  const missing = entities.filter((entity) => !host.hasMetadata(entity)).map(({ name }) => name);
  if (missing.length > 0) {
    throw new ConnectionError(
      `The host's TypeORM connection does not know Latchkey's entities (${missing.join(', ')}): ` +
        'add `...ENTITIES` to its `entities`',
    );
  }
  for (const entity of entities) checkNames(host.getMetadata(entity));
  for (const entity of entities) await checkTable(host, host.getMetadata(entity));
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

/** Uses the bare table name, without a schema, as some of our statements do. */
async function checkTable(host: DataSource, { tableName, columns }: EntityMetadata): Promise<void> {
  const names = columns.map(({ databaseName }) => `t."${databaseName}"`);
  try {
    await host.query(`SELECT ${names.join(', ')} FROM "${tableName}" t WHERE 1 = 0`);
  } catch (error) {
    const { code = '', message } = error as { code?: string; message: string };
    if (!NOT_THERE.test(code) && !NOT_THERE.test(message)) throw error;
    throw new ConnectionError(
      `The host's database lacks a table or column of Latchkey (${message}): add \`...MIGRATIONS\` to the connection's ` +
        '`migrations` and run them, for example with `migrationsRun: true`',
    );
  }
}
