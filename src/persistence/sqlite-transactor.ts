/**
 * Transactions on SQLite: all requests share one connection. Writers queue, and several share one commit. Each has its
 * own savepoint, so that a failure or rollback does not affect the others. Readers wait until the commit is done.
 */
import { AsyncResource } from 'node:async_hooks';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import type { DataSource, EntityManager, FindManyOptions, ObjectLiteral, ObjectType } from 'typeorm';
import { Overload, Transactor, findRow, type DatabaseWork } from '../core/index.js';
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

  private readonly condition: DatabaseCondition;
  private readonly file: SqliteFile | undefined;

  /** @param maxWaiting - how many writes may wait */
  constructor(
    private readonly dataSource: DataSource,
    private readonly maxWaiting: number,
  ) {
    super();
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

  async read<T>(work: DatabaseWork<T>): Promise<T> {
    try {
      const result = await this.readWriteLock.shared(() => work(this.dataSource.manager));
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
      await this.dataSource.query('BEGIN IMMEDIATE');
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
      await this.dataSource.query('COMMIT');
      this.committed += 1;
      this.condition.worked('write');
      for (const settle of outcomes) settle();
      return true;
    } catch (error) {
      // The engine itself failed (disk full, file locked by another process), so nothing was committed.
      await this.dataSource.query('ROLLBACK').catch(() => undefined);
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
    await this.dataSource.query('SAVEPOINT work');
    try {
      const value = await work(this.dataSource.manager);
      await this.dataSource.query('RELEASE work');
      return { value };
    } catch (error) {
      await this.undo(error);
      return { error };
    }
  }

  /** @throws the given error if it has rolled back the whole transaction, as a full disk does */
  private async undo(error: unknown): Promise<void> {
    try {
      await this.dataSource.query('ROLLBACK TO work');
      await this.dataSource.query('RELEASE work');
    } catch {
      throw error;
    }
  }
}

function tooMany(waiting: number): Overload {
  return new Overload(
    `${String(waiting)} changes wait for the database, as many as may (setting WRITES_WAITING); try again in a second`,
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
