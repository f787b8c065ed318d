/** The one connection of SQLite: it sends statements, and notices that its file is not the one at its path any more. */
import { statSync } from 'node:fs';
import path from 'node:path';
import type Database from 'better-sqlite3';
import { EntityManager, QueryFailedError, type DataSource } from 'typeorm';
import { sqliteConnectionOf } from '../internals/index.js';
import { engineOf } from './engine.js';

/** How many statements are kept prepared. */
const MAX_PREPARED = 500;

interface Prepared {
  readonly statement: Database.Statement;
  readonly hasRows: boolean;
}

/** Sends plain statements to the connection itself: TypeORM's query runner takes longer than most of them. */
export class DirectManager extends EntityManager {
  private readonly statements = new Map<string, Prepared>();
  private ownConnection: Database.Database | undefined;
  private totalChanges: Database.Statement<[], number> | undefined;

  constructor(private readonly source: DataSource) {
    super(source);
  }

  get isInTransaction(): boolean {
    return this.database.inTransaction;
  }

  /** How many rows the connection has inserted, updated and deleted since it was opened. */
  get changes(): number {
    this.totalChanges ??= this.database.prepare<[], number>('SELECT total_changes()').pluck();
    return this.totalChanges.get() ?? 0;
  }

  /** The same as TypeORM's: rows, or the id of the last inserted row. @throws QueryFailedError */
  override async query<T>(text: string, parameters: unknown[] = []): Promise<T> {
    const { logger, subscribers, options } = this.source;
    // Only TypeORM tells subscribers, and measures.
    if (subscribers.length > 0 || options.maxQueryExecutionTime) return super.query<T>(text, parameters);
    const values = parameters.some(isBoolean) ? parameters.map(asNumber) : parameters;
    logger.logQuery(text, values);
    try {
      const { statement, hasRows } = this.statements.get(text) ?? this.prepared(text);
      return (hasRows ? statement.all(values) : statement.run(values).lastInsertRowid) as T;
    } catch (error) {
      logger.logQueryError(error as Error, text, values);
      throw new QueryFailedError(text, values, error as Error);
    }
  }

  private get database(): Database.Database {
    this.ownConnection ??= sqliteConnectionOf(this.source);
    return this.ownConnection;
  }

  private prepared(text: string): Prepared {
    const statement = this.database.prepare(text);
    const prepared = { statement, hasRows: statement.reader };
    if (this.statements.size >= MAX_PREPARED) this.statements.clear();
    this.statements.set(text, prepared);
    return prepared;
  }
}

function isBoolean(value: unknown): boolean {
  return typeof value === 'boolean';
}

/** SQLite has no booleans. */
function asNumber(value: unknown): unknown {
  return typeof value === 'boolean' ? Number(value) : value;
}

/** The file was removed or replaced; the message names it. */
export class FileLost extends Error {
  readonly code = 'FILE_LOST';
}

/** The file of an open connection. What is written to one that is not at its path any more would be lost. */
export class SqliteFile {
  private readonly file: string;
  private readonly opened: string | undefined;
  private log: string | undefined;

  private constructor(file: string) {
    this.file = path.resolve(file);
    this.opened = identityOf(this.file);
  }

  /** The file of an open connection; `undefined` for other databases. */
  static of(dataSource: DataSource): SqliteFile | undefined {
    const { database } = dataSource.options;
    const isFile = engineOf(dataSource) === 'sqlite' && database !== ':memory:' && database !== '';
    return isFile ? new SqliteFile(database as string) : undefined;
  }

  /** Two calls of `stat`, some microseconds. @throws FileLost */
  check(): void {
    if (identityOf(this.file) !== this.opened) throw new FileLost(`${this.file} ${LOST}`);
    // SQLite creates it with the first change, and keeps it as long as it is open.
    const log = identityOf(`${this.file}-wal`);
    this.log ??= log;
    if (log !== this.log) throw new FileLost(`${this.file}-wal ${LOST}`);
  }
}

const LOST =
  'was removed or replaced while the server has it open: put the same file back, or stop the server, restore the ' +
  'database, and start it again';

/** Device and inode. */
function identityOf(file: string): string | undefined {
  const found = statSync(file, { throwIfNoEntry: false });
  return found && `${String(found.dev)} ${String(found.ino)}`;
}
