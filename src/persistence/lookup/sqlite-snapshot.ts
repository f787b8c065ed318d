/** One SQLite read snapshot for all look-ups of an event loop turn: opening it costs more than the look-ups do. */
import type Database from 'better-sqlite3';
import type { SqliteTransactor } from '../sqlite-transactor.js';

/**
 * The snapshot is a read-only transaction. The next look-up sees what this process has committed, even before the
 * writer's promise settles. Commits of other processes are seen from the next turn on, as if the look-up had come a
 * moment earlier.
 */
export class SqliteSnapshot {
  private readonly beginning: Database.Statement;
  private readonly ending: Database.Statement;
  private seen: number | undefined;

  /**
   * @param connection - a connection used for nothing else
   * @param writer - what this process commits by
   */
  constructor(
    private readonly connection: Database.Database,
    private readonly writer: Pick<SqliteTransactor, 'commits' | 'onNextCommit'>,
  ) {
    this.beginning = connection.prepare('BEGIN');
    this.ending = connection.prepare('COMMIT');
  }

  /** Call before each look-up. */
  refresh(): void {
    const { commits } = this.writer;
    if (this.seen === commits) return;
    if (this.seen === undefined) setImmediate(this.end);
    else this.end();
    this.beginning.run();
    this.writer.onNextCommit(this.end);
    this.seen = commits;
  }

  /** Ends the snapshot, also before a commit. Call it after a failed look-up, which may have ended it already. */
  readonly end = (): void => {
    if (this.seen === undefined) return;
    this.seen = undefined;
    if (this.connection.inTransaction) this.ending.run();
  };
}
