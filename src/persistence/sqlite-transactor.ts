/**
 * Transactions on SQLite: all requests share one connection. Writers queue, and several share one commit. A failure of
 * one does not affect the others: if it has changed anything, all run again, each with a savepoint of its own. Readers
 * wait until the commit is done.
 */
import { AsyncResource } from 'node:async_hooks';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import type { DataSource, EntityManager, FindManyOptions, ObjectLiteral, ObjectType } from 'typeorm';
import { Overload, Transactor, findRow, type DatabaseWork } from '../core/index.js';
import { commitChannel } from './channels.js';
import { DatabaseCondition } from './database-condition.js';

import { isBusy, translated } from './driver-errors.js';
import { ReadWriteLock } from './read-write-lock.js';
import { DirectManager, SqliteFile } from './sqlite-connection.js';

/** Maximum number of writers that share one commit. */
const BATCH = 64;

/** How long a writer waits in all while another process has the file locked, and the pause between attempts. */
const BUSY_MAX_WAIT_MS = 1500;
const BUSY_PAUSE_MS = 20;

/**
 * Writers get savepoints, which take as long as the work of most, only when one is likely to be needed: in this many
 * commits after a writer failed, and in a transaction that is already open for so long that it should not run twice.
 */
const CAREFUL_COMMITS = 16;
const LONG_MS = 20;

/** A writer failed after it had changed something, and has no savepoint to go back to. */
class UndoNeeded extends Error {}

interface Job {
  /** By `performance.now()`. */
  readonly queuedAt: number;
  /** Runs something in the asynchronous context of the writer. */
  readonly within: <T>(work: () => T) => T;
  /**
   * Does the work; returns the function that settles the writer's promise after the commit.
   * @param hasSavepoint - whether a failure undoes what the work has changed
   * @throws UndoNeeded
   */
  run(hasSavepoint: boolean): Promise<() => void>;
  fail(error: unknown): void;
}

export class SqliteTransactor extends Transactor {
  private readonly readWriteLock = new ReadWriteLock();
  private readonly queue: Job[] = [];
  private draining = false;
  private committed = 0;
  private beforeCommit: (() => void) | undefined;
  /** How many of the next commits give each writer a savepoint. */
  private careful = 0;

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
        // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- passes on whatever was thrown
        reject(translated(error, 'sqlite'));
      };
      const run = async (hasSavepoint: boolean): Promise<() => void> => {
        const outcome = await (hasSavepoint ? this.inSavepoint(work) : this.withoutSavepoint(work));
        return () => {
          if ('value' in outcome) resolve(outcome.value);
          else fail(outcome.error);
        };
      };
      // One caller drains the queue for all; the work of each must run in its own asynchronous context.
      // `AsyncResource.bind` would cost several times as much: it defines deprecated properties on each function.
      const context = new AsyncResource('LATCHKEY_WRITE');
      const within = <R>(inner: () => R): R => context.runInAsyncScope(inner);
      this.queue.push({
        queuedAt: performance.now(),
        within,
        run: (hasSavepoint) => within(() => run(hasSavepoint)),
        fail,
      });
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
    const attempt = (): Promise<boolean | 'busy' | 'again'> =>
      first.within(() => this.commitTogether(jobs, performance.now() >= until));
    for (;;) {
      const outcome = await this.readWriteLock.exclusive(attempt);
      if (typeof outcome === 'boolean') return outcome;
      if (outcome === 'busy') await delay(BUSY_PAUSE_MS);
    }
  }

  /** @param isLast - whether the writers fail if another process has the file locked */
  private async commitTogether(jobs: Job[], isLast: boolean): Promise<boolean | 'busy' | 'again'> {
    try {
      await this.manager.query('BEGIN IMMEDIATE');
    } catch (error) {
      if (isBusy(error) && !isLast) return 'busy';
      this.failAll(jobs, error);
      return false;
    }
    try {
      const outcomes = await this.runAll(jobs);
      this.beforeCommit?.();
      this.beforeCommit = undefined;
      this.file?.check();
      await this.manager.query('COMMIT');
      this.committed += 1;
      this.condition.worked('write');
      for (const settle of outcomes) settle();
      return true;
    } catch (error) {
      await this.manager.query('ROLLBACK').catch(() => undefined);
      if (error instanceof UndoNeeded) {
        this.careful = CAREFUL_COMMITS;
        return 'again';
      }
      // The engine itself failed (disk full, file locked by another process), so nothing was committed.
      this.failAll(jobs, error);
      return false;
    }
  }

  /** @throws UndoNeeded */
  private async runAll(jobs: readonly Job[]): Promise<(() => void)[]> {
    const isCareful = this.careful > 0;
    if (isCareful) this.careful -= 1;
    const long = performance.now() + LONG_MS;
    const outcomes: (() => void)[] = [];
    for (const job of jobs) outcomes.push(await job.run(isCareful || performance.now() > long));
    return outcomes;
  }

  private failAll(jobs: readonly Job[], error: unknown): void {
    // Translated once, so that the error is published once.
    const reason = translated(error, 'sqlite', this.condition, 'write');
    for (const job of jobs) job.fail(reason);
  }

  /** @throws UndoNeeded; the work's error, if it has rolled back the whole transaction, as a full disk does */
  private async withoutSavepoint<T>(work: DatabaseWork<T>): Promise<{ value: T } | { error: unknown }> {
    const before = this.manager.changes;
    try {
      const value = await work(this.manager);
      if (!this.manager.isInTransaction) throw new Error('the transaction was rolled back by a statement that failed');
      return { value };
    } catch (error) {
      if (!this.manager.isInTransaction) throw error;
      if (this.manager.changes !== before) throw new UndoNeeded();
      return { error };
    }
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
