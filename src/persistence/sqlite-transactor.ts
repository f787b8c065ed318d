/**
 * SQLite: one connection, shared by all requests. Writers queue, several share one commit, each in a savepoint of
 * its own, so that neither a failure nor a rollback takes another's write with it; readers wait meanwhile.
 */
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import type { DataSource, EntityManager, FindManyOptions, ObjectLiteral, ObjectType } from 'typeorm';
import { Transactor, type DatabaseWork } from '../core/index.js';
import { isBusy, translated } from './driver-errors.js';
import { ReadWriteLock } from './read-write-lock.js';

/** Writers that share one commit at the most. */
const BATCH = 64;

/** How long a writer waits for another process that holds the file, and how often it asks. */
const BUSY_PATIENCE_MS = 1500;
const BUSY_PAUSE_MS = 20;

interface Job {
  /** Does the writer's work in a savepoint; returns how to tell him, once the commit is certain. */
  run(): Promise<() => void>;
  fail(error: unknown): void;
}

export class SqliteTransactor extends Transactor {
  private readonly readWriteLock = new ReadWriteLock();
  private readonly queue: Job[] = [];
  private draining = false;
  private committed = 0;
  private beforeCommit: () => void = () => undefined;

  constructor(private readonly dataSource: DataSource) {
    super();
  }

  /** How many commits there have been; counted before anybody is told of his own. */
  get commits(): number {
    return this.committed;
  }

  /** What is to be done right before each commit: a state that somebody still looks at keeps SQLite's log from its end. */
  onCommit(listener: () => void): void {
    this.beforeCommit = listener;
  }

  async read<T>(work: DatabaseWork<T>): Promise<T> {
    try {
      return await this.readWriteLock.shared(() => work(this.dataSource.manager));
    } catch (error) {
      throw translated(error);
    }
  }

  write<T>(work: DatabaseWork<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const fail = (error: unknown): void => {
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what was thrown is passed on
        reject(translated(error));
      };
      const run = async (): Promise<() => void> => {
        const outcome = await this.inSavepoint(work);
        return () => {
          if ('value' in outcome) resolve(outcome.value);
          else fail(outcome.error);
        };
      };
      this.queue.push({ run, fail });
      this.drainSoon();
    });
  }

  lock<E extends ObjectLiteral>(
    manager: EntityManager,
    entity: ObjectType<E>,
    options: FindManyOptions<E>,
  ): Promise<E[]> {
    // Writers run one at a time: whatever one reads stays as it is until it has committed.
    return manager.find(entity, options);
  }

  hold(): Promise<void> {
    return Promise.resolve();
  }

  tryHold(): Promise<boolean> {
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
      await this.readWriteLock.exclusive(() => this.commitTogether(jobs));
    }
    this.draining = false;
  }

  /** As long as each turn of the event loop brings further writers: a commit costs all of them what it costs one. */
  private async collectWriters(): Promise<void> {
    for (let waiting = 0; waiting < this.queue.length && waiting < BATCH;) {
      waiting = this.queue.length;
      await nextTurn();
    }
  }

  private async commitTogether(jobs: Job[]): Promise<void> {
    try {
      await this.begin();
      const outcomes: (() => void)[] = [];
      for (const job of jobs) outcomes.push(await job.run());
      this.beforeCommit();
      await this.dataSource.query('COMMIT');
      this.committed += 1;
      for (const tell of outcomes) tell();
    } catch (error) {
      // The engine itself failed (disk full, locked by another process): nobody's work was committed.
      await this.dataSource.query('ROLLBACK').catch(() => undefined);
      for (const job of jobs) job.fail(error);
    }
  }

  /** Throws only when the savepoint itself fails, for then the whole transaction is lost. */
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

  /** @throws the error itself when it took the whole transaction with it (a full disk does) */
  private async undo(error: unknown): Promise<void> {
    try {
      await this.dataSource.query('ROLLBACK TO work');
      await this.dataSource.query('RELEASE work');
    } catch {
      throw error;
    }
  }

  /** Another process may hold the file for a moment: then we wait without keeping anybody else waiting. */
  private async begin(): Promise<void> {
    for (let waited = 0; ; waited += BUSY_PAUSE_MS) {
      try {
        await this.dataSource.query('BEGIN IMMEDIATE');
        return;
      } catch (error) {
        if (!isBusy(error) || waited >= BUSY_PATIENCE_MS) throw error;
        await delay(BUSY_PAUSE_MS);
      }
    }
  }
}
