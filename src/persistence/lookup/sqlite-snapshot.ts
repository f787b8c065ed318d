/** One state of an SQLite database for all look-ups of a turn of the event loop: taking it costs more than they do. */
import type Database from 'better-sqlite3';

/**
 * Kept open by a transaction that only reads. What this process commits is seen by the next look-up, before whoever
 * committed it is told; what another process commits, by the next turn, as if the question had come a moment earlier.
 */
export class SqliteSnapshot {
  private readonly beginning: Database.Statement;
  private readonly ending: Database.Statement;
  private seen: number | undefined;

  /**
   * @param connection - that serves nothing else
   * @param commits - how many this process has made
   */
  constructor(
    private readonly connection: Database.Database,
    private readonly commits: () => number,
  ) {
    this.beginning = connection.prepare('BEGIN');
    this.ending = connection.prepare('COMMIT');
  }

  /** To be called before each look-up. */
  refresh(): void {
    const commits = this.commits();
    if (this.seen === commits) return;
    if (this.seen === undefined) setImmediate(this.end);
    else this.end();
    this.beginning.run();
    this.seen = commits;
  }

  /** Also before a commit, and after a look-up that failed, which may have ended it by itself. */
  readonly end = (): void => {
    if (this.seen === undefined) return;
    this.seen = undefined;
    if (this.connection.inTransaction) this.ending.run();
  };
}
