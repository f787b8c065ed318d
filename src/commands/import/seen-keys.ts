/** Finds what is twice in a file of any length: in a temporary database, which SQLite removes when it is closed. */
import type { Database as SqliteDatabase, Statement } from 'better-sqlite3';
import BetterSqlite from 'better-sqlite3';

/** Keys and the lines at which they were first seen. What does not fit into some megabytes of memory is on the disk. */
export class SeenKeys {
  private readonly database: SqliteDatabase;
  private readonly adding: Statement<[string, number]>;
  private readonly finding: Statement<[string], number>;

  constructor() {
    // The empty name is a private file (https://www.sqlite.org/inmemorydb.html#temp_db).
    this.database = new BetterSqlite('');
    this.database.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -16384');
    this.database.exec('CREATE TABLE seen (key TEXT PRIMARY KEY, value INTEGER) WITHOUT ROWID; BEGIN');
    this.adding = this.database.prepare('INSERT OR IGNORE INTO seen VALUES (?, ?)');
    this.finding = this.database.prepare<[string], number>('SELECT value FROM seen WHERE key = ?').pluck();
  }

  /** The line at which a key was first seen, which is this one unless there was another. */
  firstOf(key: string, line: number): number {
    return this.adding.run(key, line).changes > 0 ? line : (this.finding.get(key) ?? line);
  }

  /** The line at which a key was first seen, if it was. */
  find(key: string): number | undefined {
    return this.finding.get(key);
  }

  close(): void {
    this.database.close();
  }
}
