/** Writes SQLite's log back into the database file: soon after the start, at intervals, when it is long, and at the end. */
import { statSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { errorSummary } from '../core/index.js';
import { sqliteClassOf, sqliteConnectionOf } from '../internals/index.js';
import { checkpointChannel, type CheckpointMessage } from './channels.js';
import { CheckpointThread, driverFileOf, type Checkpointed } from './checkpoint-thread.js';
import type { SqliteTransactor } from './sqlite-transactor.js';

/** Size in bytes from which on the log is written back without waiting for the interval; also that of the file at rest. */
export const LOG_BYTES = 33_554_432;

/** The same in pages: where there is no thread, SQLite does it itself after the commit that reaches it. */
export const LOG_PAGES = 8192;

/** Pages at which SQLite does it itself although there is a thread, which then has failed or is too slow: 256 MiB. */
const LAST_RESORT_PAGES = 65_536;

/** A log of at most this size in bytes is written back without a thread: that takes no longer than a commit. */
const SHORT_LOG_BYTES = 1_048_576;

/** After the start, in milliseconds: what the first start has created is then in the database file. */
const FIRST_MS = 1000;

/** How often to look at the size of the log, in milliseconds. */
const LOOK_MS = 500;

export class SqliteCheckpoints implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(SqliteCheckpoints.name);
  private readonly file: string;
  private readonly driver: string | undefined;
  private readonly timers: NodeJS.Timeout[] = [];
  private thread: CheckpointThread | undefined;
  private running: Promise<void> | undefined;
  private commits = -1;
  private isFailing = false;

  /** @param intervalSeconds - between two checkpoints of a log that stays short */
  constructor(
    private readonly dataSource: DataSource,
    private readonly transactor: SqliteTransactor,
    private readonly intervalSeconds: number,
  ) {
    this.file = dataSource.options.database as string;
    this.driver = driverFileOf(dataSource);
    // Its checkpoints hold the event loop: 100 to 200 ms for 32 MiB.
    if (this.driver !== undefined) this.autocheckpoint(LAST_RESORT_PAGES);
  }

  onApplicationBootstrap(): void {
    const run = (): void => void this.run();
    this.timers.push(
      setTimeout(run, FIRST_MS),
      setInterval(run, this.intervalSeconds * 1000),
      setInterval(() => {
        if (this.commits !== this.transactor.commits && this.logBytes() > LOG_BYTES) run();
      }, LOOK_MS),
    );
    for (const timer of this.timers) timer.unref();
  }

  /** Callers during a checkpoint share it. Never rejects: the log keeps what could not be written back. */
  run(): Promise<void> {
    this.running ??= this.observed().finally(() => (this.running = undefined));
    return this.running;
  }

  /** The last connection that is closed here can write, so SQLite removes the log. */
  async onApplicationShutdown(): Promise<void> {
    for (const timer of this.timers) clearTimeout(timer);
    await this.running;
    await this.thread?.close();
    // The look-ups close their connection, which cannot write, at the same moment.
    await nextTurn();
    try {
      const connection = new (sqliteClassOf(this.dataSource))(this.file, { fileMustExist: true, timeout: 0 });
      connection.pragma('wal_checkpoint(TRUNCATE)');
      connection.close();
    } catch (error) {
      this.logger.warn(`could not write the log of ${this.file} back: ${errorSummary(error)}`);
    }
  }

  private async observed(): Promise<void> {
    const began = performance.now();
    const by = this.driver !== undefined && this.logBytes() > SHORT_LOG_BYTES ? 'thread' : 'server';
    try {
      this.commits = this.transactor.commits;
      const { log, checkpointed } = await (by === 'thread' ? this.byThread(this.driver ?? '') : this.byServer());
      publish({ by, outcome: 'done', pages: Math.max(checkpointed, 0), left: log - checkpointed, began });
      this.isFailing = false;
    } catch (error) {
      publish({ by, outcome: 'failed', pages: 0, left: 0, began });
      // Logged once, until it works again.
      if (!this.isFailing) this.logger.error(`could not write the log of ${this.file} back: ${errorSummary(error)}`);
      this.isFailing = true;
    }
  }

  /** Most of it while others write, and the rest while writers wait: a log is used again only if nothing is left in it. */
  private async byThread(driver: string): Promise<Checkpointed> {
    if (this.thread?.isAlive !== true) this.thread = new CheckpointThread(driver, this.file);
    const { thread } = this;
    const first = await thread.checkpoint();
    return first.log === first.checkpointed ? first : this.transactor.read(() => thread.checkpoint());
  }

  private byServer(): Promise<Checkpointed> {
    return this.transactor.read(() => {
      const [done] = sqliteConnectionOf(this.dataSource).pragma('wal_checkpoint(PASSIVE)') as Checkpointed[];
      return Promise.resolve(done ?? { log: 0, checkpointed: 0 });
    });
  }

  private autocheckpoint(pages: number): void {
    sqliteConnectionOf(this.dataSource).pragma(`wal_autocheckpoint = ${String(pages)}`);
  }

  private logBytes(): number {
    return statSync(`${this.file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  }
}

function publish({ began, ...message }: Omit<CheckpointMessage, 'durationMs'> & { began: number }): void {
  if (checkpointChannel.hasSubscribers)
    checkpointChannel.publish({ ...message, durationMs: performance.now() - began });
}
