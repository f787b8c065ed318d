/** The database that a module works on: a host's, if it will do, or one of its own. */
import type { OnApplicationShutdown } from '@nestjs/common';
import type { DataSource, EntityMetadata } from 'typeorm';
import type { Schema } from '../core/index.js';
import {
  dataSourceOptions,
  describeAddress,
  openDatabase,
  outliveLostConnections,
  type DatabaseAddress,
} from './data-source.js';
import { reasonOf } from './driver-errors.js';
import { engineOf, type Engine } from './engine.js';
import { poolSizeOf } from './postgres-transactor.js';

/** A host has not given what is needed; the message names the remedy. */
export class ConnectionError extends Error {}

/** Connections to PostgreSQL, at the most, of a database that is opened here. */
const POOL_SIZE = 10;

/** Also the injection token. */
export class Connection implements OnApplicationShutdown {
  private constructor(
    readonly dataSource: DataSource,
    private readonly isOwn: boolean,
  ) {}

  /** For whoever has opened and migrated the database himself, and closes it. */
  static of(dataSource: DataSource): Connection {
    return new Connection(dataSource, false);
  }

  /**
   * @param database - an address of its own, or `undefined` for the host's connection
   * @param schema - what it holds
   * @throws ConnectionError
   */
  static async open(
    database: DatabaseAddress | undefined,
    host: DataSource | undefined,
    schema: Schema,
  ): Promise<Connection> {
    if (database !== undefined) return new Connection(await openedOwn(database, schema), true);
    if (!host) throw new ConnectionError(NO_CONNECTION);
    const engine = checkOptions(host);
    await checkHost(host, schema);
    if (engine === 'sqlite') return Connection.besideHost(host, schema);
    outliveLostConnections(host);
    return new Connection(host, false);
  }

  /**
   * TypeORM has one connection to an SQLite file: a transaction of the host would take our writes with it when it is
   * rolled back, after they were acknowledged. So we have a second one.
   */
  private static async besideHost(host: DataSource, { entities }: Schema): Promise<Connection> {
    const { database } = host.options as { database: string };
    if (database === ':memory:' || database === '') {
      throw new ConnectionError(
        'An SQLite database in memory has one connection, on which transactions of the host and of Latchkey would mix: ' +
          'give LatchkeyModule.forRoot a `database` of its own, for example { engine: "sqlite", path: ":memory:" }',
      );
    }
    const own = dataSourceOptions({ engine: 'sqlite', path: database }, POOL_SIZE, { entities, migrations: [] });
    return new Connection(await openDatabase(own), true);
  }

  /** @throws ConnectionError for one to the same database that is not this one */
  checkBeside(other: Connection): void {
    if (other !== this && nameOf(other.dataSource) === nameOf(this.dataSource)) throw new ConnectionError(TWICE);
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.isOwn && this.dataSource.isInitialized) await this.dataSource.destroy();
  }
}

/** Of the database; each in memory is one of its own. */
function nameOf({ options }: DataSource): unknown {
  if (options.type !== 'better-sqlite3') return 'url' in options ? options.url : options;
  return options.database === ':memory:' ? options : options.database;
}

const TWICE =
  'LatchkeyModule is imported twice over one database: call forRoot once, keep what it returns in a constant, and ' +
  'give that to every module as `imports: [latchkey]`';

const NO_CONNECTION =
  'Latchkey has no database: import TypeOrmModule.forRoot({ …, entities: [...ENTITIES], migrations: [...MIGRATIONS] }) ' +
  'in the host, or give LatchkeyModule.forRoot a `database`, for example { engine: "sqlite", path: "./data/latchkey.sqlite" }';

async function openedOwn(database: DatabaseAddress, schema: Schema): Promise<DataSource> {
  try {
    return await openDatabase(dataSourceOptions(database, POOL_SIZE, schema));
  } catch (error) {
    throw new ConnectionError(
      `LatchkeyModule's \`database\` is ${describeAddress(database)}, which cannot be used (${reasonOf(error)}): give ` +
        'another, or make this one work',
      { cause: error },
    );
  }
}

/** @throws ConnectionError for a connection that is set up in a way that cannot be shared */
function checkOptions(host: DataSource): Engine {
  const { type, synchronize, entityPrefix = '' } = host.options;
  if (type !== 'better-sqlite3' && type !== 'postgres') {
    throw new ConnectionError(
      `Latchkey runs on better-sqlite3 and postgres, and the host's TypeORM connection is of the type ${type}: give ` +
        'LatchkeyModule.forRoot a `database` of its own',
    );
  }
  if (synchronize) {
    throw new ConnectionError(
      "The host's TypeORM connection has `synchronize: true`, which makes Latchkey's tables without what its migrations " +
        'put into them: take it away, add `...MIGRATIONS` to `migrations`, and set `migrationsRun: true`',
    );
  }
  if (entityPrefix !== '') {
    throw new ConnectionError(
      `The host's TypeORM connection has an \`entityPrefix\` (${entityPrefix}), and Latchkey's tables have their names ` +
        'from its migrations: give LatchkeyModule.forRoot a `database` of its own, or take the prefix away',
    );
  }
  if (type === 'postgres' && poolSizeOf(host) < 2) {
    throw new ConnectionError(
      "The host's TypeORM connection has a pool of one: give it a `poolSize` of at least 2, for inside a transaction " +
        'others have to be asked as well',
    );
  }
  return engineOf(host);
}

/** @throws ConnectionError for a connection that lacks our entities or tables */
async function checkHost(host: DataSource, { entities }: Schema): Promise<void> {
  const missing = entities.filter((entity) => !host.hasMetadata(entity)).map(({ name }) => name);
  if (missing.length > 0) {
    throw new ConnectionError(
      `The host's TypeORM connection does not know Latchkey's entities (${missing.join(', ')}): ` +
        'add `...ENTITIES` to its `entities`',
    );
  }
  for (const entity of entities) await checkTable(host, host.getMetadata(entity));
}

/** What PostgreSQL and SQLite say of a table or a column that is not there. */
const NOT_THERE = /^(42P01|42703)$|no such (table|column)/;

/** By its bare name, as some of our statements ask for it. */
async function checkTable(host: DataSource, { tableName, columns }: EntityMetadata): Promise<void> {
  const names = columns.map(({ databaseName }) => `t."${databaseName}"`);
  try {
    await host.query(`SELECT ${names.join(', ')} FROM "${tableName}" t WHERE 1 = 0`);
  } catch (error) {
    const { code = '', message } = error as { code?: string; message: string };
    if (!NOT_THERE.test(code) && !NOT_THERE.test(message)) throw error;
    throw new ConnectionError(
      `The host's database lacks a table or a column of Latchkey (${message}): add \`...MIGRATIONS\` to the connection's ` +
        '`migrations` and run them, for example with `migrationsRun: true`',
    );
  }
}
