/** The database connection of a module: the host's if it is suitable, otherwise a connection of its own. */
import type { OnApplicationShutdown } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import type { Schema } from '../core/index.js';
import { defaultsOf } from '../settings/index.js';
import { describeAddress, outliveLostConnections } from './data-source.js';
import { reasonOf } from './driver-errors.js';
import { ConnectionError, checkHost, checkOptions } from './host-checks.js';
import { enterSchemaEverywhere } from './host-schema.js';
import { DATABASE_SETTINGS, type DatabaseAddress } from './persistence.settings.js';
import { openClaimed } from './open-database.js';
import { ClaimedError, type SqliteClaim } from './sqlite-claim.js';
import { UnusableDatabase } from './unusable-database.js';

/** Maximum number of connections to a PostgreSQL database that is opened here. */
const { poolSize: POOL_SIZE } = defaultsOf(DATABASE_SETTINGS);

/** What a host has by way of connections. */
export interface HostConnection {
  /** The one that was asked for, if there is one. */
  readonly host: DataSource | undefined;
  /** The name that was asked for; `undefined` for the default connection. */
  readonly wanted: string | undefined;
  /** The names of all that have one. */
  readonly known: readonly string[];
}

/** An open database connection. The class is also the injection token. */
export class Connection implements OnApplicationShutdown {
  private constructor(
    readonly dataSource: DataSource,
    private readonly isOwn: boolean,
    private readonly claim?: SqliteClaim,
    /** The host's connection to the same database, if it has one: changes can join its transactions. */
    readonly host?: DataSource,
  ) {}

  /** For callers that open, migrate and close the database themselves. */
  static of(dataSource: DataSource): Connection {
    return new Connection(dataSource, false);
  }

  /**
   * @param database - address of a database to open, or `undefined` to use the host's connection
   * @param host - the connection, if there is one, and the names by which it can be chosen
   * @param schema - the entities and migrations of the database
   * @throws ConnectionError
   */
  static async open(
    database: DatabaseAddress | undefined,
    { host, ...names }: HostConnection,
    schema: Schema,
  ): Promise<Connection> {
    if (database !== undefined) return Connection.ownTo(database, schema);
    if (!host) throw new ConnectionError(noConnection(names));
    const engine = checkOptions(host);
    await enterSchemaEverywhere(host);
    await checkHost(host, schema);
    if (engine === 'sqlite') return Connection.separateFrom(host, schema);
    outliveLostConnections(host);
    return new Connection(host, false, undefined, host);
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
    return Connection.ownTo({ engine: 'sqlite', path: database }, { entities, migrations: [] }, host);
  }

  private static async ownTo(address: DatabaseAddress, schema: Schema, host?: DataSource): Promise<Connection> {
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
    return new Connection(dataSource, true, claim, host);
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

/** @param wanted - the name that the host gave; `undefined` for the default connection */
function noConnection({ wanted, known }: Omit<HostConnection, 'host'>): string {
  const own =
    'or give LatchkeyModule.forRoot a `database`, for example { engine: "sqlite", path: "./data/latchkey.sqlite" }';
  const others = known.filter((name) => name !== wanted).map((name) => `"${name}"`);
  if (wanted === undefined && others.length === 0) {
    return (
      'Latchkey has no database: import TypeOrmModule.forRoot({ …, entities: [...ENTITIES], migrations: [...MIGRATIONS] }) ' +
      `in the host, ${own}`
    );
  }
  const missing = wanted === undefined ? 'no default TypeORM connection' : `no TypeORM connection "${wanted}"`;
  const there = others.length === 0 ? 'it has none' : `it has ${others.join(' and ')}`;
  return (
    `Latchkey has no database: the host has ${missing} (${there}): give LatchkeyModule.forRoot as \`connectionName\` the ` +
    `\`name\` of a TypeOrmModule.forRoot of the host, ${own}`
  );
}
