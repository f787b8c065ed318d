/**
 * Transactions on SQLite: all requests share one connection. Writers queue, and several share one commit. Each has its
 * own savepoint, so that a failure or rollback does not affect the others. Readers wait until the commit is done.
 */
import { AsyncResource } from 'node:async_hooks';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import type Database from 'better-sqlite3';
import {
  EntityManager,
  QueryFailedError,
  type DataSource,
  type FindManyOptions,
  type ObjectLiteral,
  type ObjectType,
} from 'typeorm';
import { Overload, Transactor, findRow, type DatabaseWork } from '../core/index.js';
import { sqliteConnectionOf } from '../internals/index.js';
import { commitChannel } from './channels.js';
import { DatabaseCondition } from './database-condition.js';
import { isBusy, translated } from './driver-errors.js';
import { ReadWriteLock } from './read-write-lock.js';
import { SqliteFile } from './sqlite-file.js';

/** Maximum number of writers that share one commit. */
const BATCH = 64;

/** How long a writer waits in all while another process has the file locked, and the pause between attempts. */
const BUSY_MAX_WAIT_MS = 1500;
const BUSY_PAUSE_MS = 20;

interface Job {
  /** By `performance.now()`. */
  readonly queuedAt: number;
  /** Runs something in the asynchronous context of the writer. */
  readonly within: <T>(work: () => T) => T;
  /** Does the work in a savepoint; returns the function that settles the writer's promise after the commit. */
  run(): Promise<() => void>;
  fail(error: unknown): void;
}

export class SqliteTransactor extends Transactor {
  private readonly readWriteLock = new ReadWriteLock();
  private readonly queue: Job[] = [];
  private draining = false;
  private committed = 0;
  private beforeCommit: (() => void) | undefined;

  private readonly manager: DirectManager;
  private readonly condition: DatabaseCondition;
  private readonly file: SqliteFile | undefined;

  /** @param maxWaiting - how many writes may wait */
  constructor(
    dataSource: DataSource,
    private readonly maxWaiting: number,
  ) {
    super();
    this.manager = new DirectManager(dataSource);
    this.condition = DatabaseCondition.of(dataSource);
    this.file = SqliteFile.of(dataSource);
  }

  /** Number of commits so far; incremented before any writer's promise settles. */
  get commits(): number {
    return this.committed;
  }

  get waiting(): number {
    return this.queue.length;
  }

  /** Registers a function to call before the next commit: an open read snapshot would keep SQLite's log from being reset. */
  onNextCommit(listener: () => void): void {
    this.beforeCommit = listener;
  }

  /** Runs work while no transaction of ours is open, which would hold SQLite's lock: another connection may take it. */
  whileIdle<T>(work: () => Promise<T>): Promise<T> {
    return this.readWriteLock.exclusive(work);
  }

  /** Another connection of this process has committed: look-ups see that from now on. */
  committedElsewhere(): void {
    this.committed += 1;
  }

  async read<T>(work: DatabaseWork<T>): Promise<T> {
    try {
      const result = await this.readWriteLock.shared(() => work(this.manager));
      this.condition.worked('read');
      return result;
    } catch (error) {
      throw translated(error, 'sqlite', this.condition);
    }
  }

  write<T>(work: DatabaseWork<T>): Promise<T> {
    if (this.queue.length >= this.maxWaiting) return Promise.reject(tooMany(this.maxWaiting));
    return new Promise<T>((resolve, reject) => {
      const fail = (error: unknown): void => {
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- passes on whatever was thrown
        reject(translated(error, 'sqlite'));
      };
      const run = async (): Promise<() => void> => {
        const outcome = await this.inSavepoint(work);
        return () => {
          if ('value' in outcome) resolve(outcome.value);
          else fail(outcome.error);
        };
      };
      // One caller drains the queue for all; the work of each must run in its own asynchronous context.
      // `AsyncResource.bind` would cost several times as much: it defines deprecated properties on each function.
      const context = new AsyncResource('LATCHKEY_WRITE');
      const within = <R>(inner: () => R): R => context.runInAsyncScope(inner);
      this.queue.push({ queuedAt: performance.now(), within, run: () => within(run), fail });
      this.drainSoon();
    });
  }

  findForUpdate<E extends ObjectLiteral>(
    manager: EntityManager,
    entity: ObjectType<E>,
    options: FindManyOptions<E>,
  ): Promise<E[]> {
    // Writers run one at a time, so the rows cannot change before this one commits.
    const { where, ...others } = options;
    if (!isPlain(where) || Object.keys(others).length > 0) return manager.find(entity, options);
    return findRow(manager, entity, where as Partial<E>).then((row) => (row ? [row] : []));
  }

  lock(): Promise<void> {
    return Promise.resolve();
  }

  tryLock(): Promise<boolean> {
    return Promise.resolve(true);
  }

  private drainSoon(): void {
    if (this.draining) return;
    this.draining = true;
    void this.drain();
  }

  private async drain(): Promise<void> {
    while (this.queue.length > 0) {
      await this.collectWriters();
      const jobs = this.queue.splice(0, BATCH);
      const began = commitChannel.hasSubscribers ? performance.now() : undefined;
      const isCommitted = await this.committedTogether(jobs);
      if (began !== undefined) this.publish(jobs, isCommitted, began);
    }
    this.draining = false;
  }

  /** Waits while each turn of the event loop brings more writers: a commit for many costs no more than one for one. */
  private async collectWriters(): Promise<void> {
    for (let waiting = 0; waiting < this.queue.length && waiting < BATCH;) {
      waiting = this.queue.length;
      await nextTurn();
    }
  }

  private publish(jobs: readonly Job[], isCommitted: boolean, began: number): void {
    commitChannel.publish({
      engine: 'sqlite',
      outcome: isCommitted ? 'committed' : 'rolled_back',
      writes: jobs.length,
      waiting: this.queue.length,
      waitMs: Math.max(0, began - (jobs[0]?.queuedAt ?? began)),
      durationMs: performance.now() - began,
    });
  }

  /**
   * While another process has the file locked, readers take their turns. No writer waits longer than its time, however
   * many wait before it.
   * @returns whether it was committed
   */
  private async committedTogether(jobs: Job[]): Promise<boolean> {
    const [first] = jobs;
    if (!first) return true;
    const until = first.queuedAt + BUSY_MAX_WAIT_MS;
    // A commit that several share belongs to the trace of the first.
    const attempt = (): Promise<boolean | 'busy'> =>
      first.within(() => this.commitTogether(jobs, performance.now() >= until));
    for (;;) {
      const outcome = await this.readWriteLock.exclusive(attempt);
      if (outcome !== 'busy') return outcome;
      await delay(BUSY_PAUSE_MS);
    }
  }

  /** @param isLast - whether the writers fail if another process has the file locked */
  private async commitTogether(jobs: Job[], isLast: boolean): Promise<boolean | 'busy'> {
    try {
      await this.manager.query('BEGIN IMMEDIATE');
    } catch (error) {
      if (isBusy(error) && !isLast) return 'busy';
      this.failAll(jobs, error);
      return false;
    }
    try {
      const outcomes: (() => void)[] = [];
      for (const job of jobs) outcomes.push(await job.run());
      this.beforeCommit?.();
      this.beforeCommit = undefined;
      this.file?.check();
      await this.manager.query('COMMIT');
      this.committed += 1;
      this.condition.worked('write');
      for (const settle of outcomes) settle();
      return true;
    } catch (error) {
      // The engine itself failed (disk full, file locked by another process), so nothing was committed.
      await this.manager.query('ROLLBACK').catch(() => undefined);
      this.failAll(jobs, error);
      return false;
    }
  }

  private failAll(jobs: readonly Job[], error: unknown): void {
    // Translated once, so that the error is published once.
    const reason = translated(error, 'sqlite', this.condition, 'write');
    for (const job of jobs) job.fail(reason);
  }

  /** Throws only when the savepoint itself fails, because then the whole transaction is lost. */
  private async inSavepoint<T>(work: DatabaseWork<T>): Promise<{ value: T } | { error: unknown }> {
    await this.manager.query('SAVEPOINT work');
    try {
      const value = await work(this.manager);
      await this.manager.query('RELEASE work');
      return { value };
    } catch (error) {
      await this.undo(error);
      return { error };
    }
  }

  /** @throws the given error if it has rolled back the whole transaction, as a full disk does */
  private async undo(error: unknown): Promise<void> {
    try {
      await this.manager.query('ROLLBACK TO work');
      await this.manager.query('RELEASE work');
    } catch {
      throw error;
    }
  }
}

/** How many statements are kept prepared. */
const MAX_PREPARED = 500;

interface Prepared {
  readonly statement: Database.Statement;
  readonly hasRows: boolean;
}

/** Sends plain statements to the connection itself: TypeORM's query runner takes longer than most of them. */
class DirectManager extends EntityManager {
  private readonly statements = new Map<string, Prepared>();
  private database: Database.Database | undefined;

  constructor(private readonly source: DataSource) {
    super(source);
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

  private prepared(text: string): Prepared {
    this.database ??= sqliteConnectionOf(this.source);
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

function tooMany(waiting: number): Overload {
  return new Overload(
    `the write queue is full (${String(waiting)} waiting; setting WRITES_WAITING); try again in a second`,
    1,
  );
}

/** Whether conditions are values only, which need none of TypeORM's operators. */
function isPlain(where: unknown): boolean {
  return (
    typeof where === 'object' &&
    where !== null &&
    !Array.isArray(where) &&
    Object.values(where).every((value) => ['string', 'number', 'boolean'].includes(typeof value))
  );
}
