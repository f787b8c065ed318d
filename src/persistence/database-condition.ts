/** What is known about a database that fails: its reason is logged once, and readiness names it until a write succeeds. */
import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';

/** A failure of the same kind is logged again after this long at the earliest. */
const QUIET_MS = 10_000;

/** What was tried. */
export type Attempt = 'read' | 'write';

/** Reasons by the codes of drivers and engines, as sentences that strangers may read. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/^(SQLITE_FULL|53100|ENOSPC)/, 'the disk of the database is full'],
  [/^(SQLITE_READONLY|25006)/, 'the database is read-only'],
  [/^(SQLITE_BUSY|55P03)/, 'the database is locked by another program'],
  [/^53/, 'the database has no connection or memory left'],
  [/^(57014|25P03|UNRESPONSIVE)/, 'the database does not answer'],
  [/^(SQLITE_IOERR|58)/, 'the disk of the database reports errors'],
  [/^FILE_LOST/, 'the database file was removed or replaced'],
];

/** The condition of one database. */
export class DatabaseCondition {
  private static readonly all = new WeakMap<DataSource, DatabaseCondition>();
  private readonly failing: Record<Attempt, Set<string>> = { read: new Set(), write: new Set() };
  private readonly loggedAt = new Map<string, number>();
  private isLogged = false;
  private reason: string | null = null;
  private wroteAt = -Infinity;

  constructor(private readonly logger: Pick<Logger, 'error' | 'log'> = new Logger('Database')) {}

  /** The one of a connection. */
  static of(dataSource: DataSource): DatabaseCondition {
    let condition = DatabaseCondition.all.get(dataSource);
    if (!condition) DatabaseCondition.all.set(dataSource, (condition = new DatabaseCondition()));
    return condition;
  }

  /** Why nothing can be written; `null` if the last write succeeded, or none was tried. */
  get writeProblem(): string | null {
    return this.reason;
  }

  /** Whether a write has succeeded within so many milliseconds, and none failed since. */
  hasWrittenWithin(milliseconds: number): boolean {
    return this.reason === null && performance.now() - this.wroteAt < milliseconds;
  }

  /**
   * A failure for which callers get 503.
   * @param code - of the driver or engine
   * @param message - of the driver; for the log only
   */
  failed(attempt: Attempt, code: string, message: string): void {
    if (attempt === 'write') this.reason = reasonFor(code);
    const failing = this.failing[attempt];
    if (failing.has(code)) return;
    failing.add(code);
    const now = performance.now();
    if (now - (this.loggedAt.get(code) ?? -Infinity) < QUIET_MS) return;
    this.loggedAt.set(code, now);
    this.isLogged = true;
    this.logger.error(
      `${reasonFor(code)} (${code}: ${message}); callers get 503, and this is logged once until it works again`,
    );
  }

  /** Costs next to nothing while nothing fails. */
  worked(attempt: Attempt): void {
    const { read, write } = this.failing;
    if (attempt === 'write') {
      this.wroteAt = performance.now();
      this.reason = null;
      write.clear();
    }
    if (read.size > 0) read.clear();
    if (!this.isLogged || write.size > 0) return;
    this.isLogged = false;
    this.logger.log('the database works again');
  }
}

function reasonFor(code: string): string {
  return REASONS.find(([pattern]) => pattern.test(code))?.[1] ?? 'the database is not reachable';
}
