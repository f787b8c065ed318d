/** The claim of one server to an SQLite file: a second server on the same file would not know what the first revokes. */
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import type Database from 'better-sqlite3';
import { followLinks } from '../internals/index.js';
import { driverError } from './driver-package.js';
import type { DatabaseAddress } from './persistence.settings.js';
import { UnusableDatabase } from './unusable-database.js';

/** Read and written by the user that runs the server, and by nobody else. */
const PRIVATE = 0o600;

/** The claim's `user_version` once the database has tables. */
const HAS_DATA = 1;

/** Ending of the name of the claim's file. */
const CLAIM = '-server';

/** Endings of what belongs to a database file: its log, the log's index, and the claim. */
const BELONGINGS = ['-wal', '-shm', CLAIM];

/** Another server uses the file; the message names it. */
export class ClaimedError extends UnusableDatabase {
  /** @param isOurs - whether that server is in this process */
  constructor(
    message: string,
    readonly isOurs: boolean,
  ) {
    super(message);
  }
}

/** Who holds a claim. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  /** ISO 8601, UTC. */
  readonly since: string;
}

/**
 * Held from before the database is opened until it is closed. It is a lock on a small SQLite database next to the file
 * (`<file>-server`), which the operating system releases when the process ends, whatever ends it.
 */
export class SqliteClaim {
  private constructor(
    private readonly connection: Database.Database,
    private readonly file: string,
  ) {}

  /**
   * Claims the file of an address, and makes it private. Other databases need no claim.
   * @throws ClaimedError if another server, in this process or another, holds the file
   * @param mustExist - whether a file that is missing is refused in any case
   * @throws UnusableDatabase if the file is missing, and a server has used it or it must exist
   */
  static async take(address: DatabaseAddress, mustExist = false): Promise<SqliteClaim | undefined> {
    if (address.engine !== 'sqlite' || address.path === ':memory:' || address.path === '') return undefined;
    refuseMissing(address.path, mustExist);
    return SqliteClaim.takeFile(address.path);
  }

  /**
   * Claims a file that is about to be replaced: it may be missing, or be empty.
   * @throws ClaimedError
   */
  static async takeFile(file: string): Promise<SqliteClaim> {
    makePrivate(file);
    // The driver is not installed where only PostgreSQL is used.
    followLinks();
    const { default: Connection } = await import('better-sqlite3').catch((error: unknown) => {
      throw driverError(error, 'better-sqlite3', `the SQLite file ${path.resolve(file)}`);
    });
    return SqliteClaim.of(file, new Connection(`${file}${CLAIM}`, { timeout: 0 }));
  }

  private static of(file: string, connection: Database.Database): SqliteClaim {
    try {
      enterOnAnyDisk(connection);
      return new SqliteClaim(connection, file);
    } catch (error) {
      const holder = isBusy(error) ? holderOf(connection) : undefined;
      connection.close();
      if (!isBusy(error)) throw error;
      const isOurs = holder?.pid === process.pid && holder.host === hostname();
      throw new ClaimedError(refusal(file, holder), isOurs);
    }
  }

  /**
   * @param isEmpty - whether the file has no tables of ours
   * @throws UnusableDatabase
   */
  checkData(isEmpty: boolean): void {
    const isMarked = this.connection.pragma('user_version', { simple: true }) === HAS_DATA;
    if (isMarked && isEmpty) throw new UnusableDatabase(lost(this.file, 'is empty'));
  }

  /** Remembers that the file has data: an empty one in its place is then refused. */
  markData(): void {
    if (this.connection.pragma('user_version', { simple: true }) === HAS_DATA) return;
    this.connection.exec(`PRAGMA user_version = ${String(HAS_DATA)}; COMMIT; BEGIN IMMEDIATE`);
  }

  release(): void {
    this.connection.close();
  }
}

/** A claim stays when its server ends, so it shows that there was a file. */
function refuseMissing(file: string, mustExist: boolean): void {
  if (existsSync(file)) return;
  if (existsSync(`${file}${CLAIM}`)) throw new UnusableDatabase(lost(file, 'is missing'));
  if (!mustExist) return;
  throw new UnusableDatabase(
    `the SQLite file ${path.resolve(file)} is missing, and DATABASE_MUST_EXIST forbids to create it: correct DATABASE_URL, ` +
      'mount the volume that has it, or unset DATABASE_MUST_EXIST to begin with a new one',
  );
}

function lost(file: string, what: string): string {
  const full = path.resolve(file);
  return (
    `the SQLite file ${full} ${what}, but a server has stored data in it before: restore it from a backup, or mount the ` +
    `volume that has it. To begin with a new database instead, remove ${full} and the files next to it whose names ` +
    `begin with ${path.basename(full)}-`
  );
}

/** Creates the file for its owner alone; SQLite gives its log the same mode. A file that exists loses the rights of others. */
function makePrivate(file: string): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  for (const name of [file, `${file}${CLAIM}`]) create(name);
  for (const name of [file, ...BELONGINGS.map((ending) => `${file}${ending}`)]) {
    const found = statSync(name, { throwIfNoEntry: false });
    if (found && (found.mode & 0o077) !== 0) chmodSync(name, PRIVATE);
  }
}

/**
 * Creates a file unless it exists. One that exists is not opened: closing it would release every lock that this process
 * holds on it, those of SQLite included (sqlite.org/howtocorrupt.html §2.2).
 */
function create(name: string): void {
  try {
    closeSync(openSync(name, 'wx', PRIVATE));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** A disk with no space for a journal does not keep a server from starting: what it overwrites needs no more space. */
function enterOnAnyDisk(connection: Database.Database): void {
  try {
    enter(connection);
  } catch (error) {
    const { code = '' } = error as { code?: string };
    if (!/^SQLITE_(FULL|IOERR)/.test(code)) throw error;
    if (connection.inTransaction) connection.exec('ROLLBACK');
    connection.pragma('journal_mode = MEMORY');
    enter(connection);
  }
}

/** Writes who holds the claim, and takes the lock under which others can still read it. */
function enter(connection: Database.Database): void {
  connection.exec('BEGIN IMMEDIATE; CREATE TABLE IF NOT EXISTS holder (pid INTEGER, host TEXT, since TEXT)');
  connection.exec('DELETE FROM holder');
  connection.prepare('INSERT INTO holder VALUES (?, ?, ?)').run(process.pid, hostname(), new Date().toISOString());
  connection.exec('COMMIT');
  connection.exec('BEGIN IMMEDIATE');
}

function holderOf(connection: Database.Database): Holder | undefined {
  try {
    return connection.prepare<[], Holder>('SELECT pid, host, since FROM holder').get();
  } catch {
    // It is writing its name at this moment.
    return undefined;
  }
}

function isBusy(error: unknown): boolean {
  const { code = '' } = error as { code?: string };
  return code.startsWith('SQLITE_BUSY');
}

function refusal(file: string, holder: Holder | undefined): string {
  const { pid, host, since } = holder ?? {};
  const who =
    pid === undefined ? 'another server' : `process ${String(pid)} on ${String(host)}, since ${String(since)}`;
  return (
    `the SQLite file ${file} is in use by ${who}: stop that server first, or give this one a database of its own; ` +
    'several servers can share a PostgreSQL database'
  );
}
