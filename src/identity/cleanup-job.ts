/** Removes in the background what would grow for ever: expired sessions, and audit rows past their retention. */
import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { SYSTEM, UnitOfWork, errorSummary, removeAuditRows, type Transaction } from '../core/index.js';
import { removeExpiredSessions } from './expired-sessions.js';

/** What is removed in the background, and when. */
export interface CleanupOptions {
  /** Audit rows are kept for so many days; 0, unless given, for ever. */
  readonly auditRetentionDays?: number;
  /** Milliseconds from the start to the first round, 5,000 unless given. */
  readonly initialDelayMs?: number;
  /** Milliseconds between the end of a round and the next one, 60,000 unless given. */
  readonly intervalMs?: number;
}

/** Injection token of {@link CleanupOptions}. */
export const CLEANUP_OPTIONS = Symbol('latchkey:cleanup-options');

/** Rows removed in one transaction: some milliseconds of work. */
const BATCH = 500;
/** Pause between two of them, in which others write. */
const BATCH_PAUSE_MS = 50;

const DAY_MS = 86_400_000;

/** Removes the rows of one kind, at most so many, and tells how many there were. */
type Removal = (transaction: Transaction, limit: number) => Promise<number>;

@Injectable()
export class CleanupJob implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(CleanupJob.name);
  private readonly stopping = new AbortController();
  private readonly tasks: ReadonlyMap<string, Removal>;
  private readonly failing = new Set<string>();
  private current: Promise<void> | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly unitOfWork: UnitOfWork,
    @Inject(CLEANUP_OPTIONS) private readonly options: CleanupOptions,
  ) {
    const keptMs = (options.auditRetentionDays ?? 0) * DAY_MS;
    const oldAuditRows: Removal = (tx, limit) => removeAuditRows(tx, new Date(tx.now.getTime() - keptMs), limit);
    this.tasks = new Map([
      ['expired sessions', removeExpiredSessions],
      ...(keptMs > 0 ? [['old audit rows', oldAuditRows] as const] : []),
    ]);
  }

  onApplicationBootstrap(): void {
    this.running = this.loop();
  }

  /** The batch under way is finished, and no other begins. */
  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await Promise.all([this.running, this.current]);
  }

  /** One round. There is never more than one: who asks while it goes on gets the same. */
  run(): Promise<void> {
    this.current ??= this.runOnce().finally(() => (this.current = undefined));
    return this.current;
  }

  private async loop(): Promise<void> {
    const { initialDelayMs = 5000, intervalMs = 60_000 } = this.options;
    await this.pause(initialDelayMs);
    while (!this.isStopping()) {
      await this.run();
      await this.pause(intervalMs);
    }
  }

  private async runOnce(): Promise<void> {
    for (const [what, remove] of this.tasks) {
      try {
        const removed = await this.removeAll(what, remove);
        if (removed > 0) this.logger.debug(`removed ${String(removed)} ${what}`);
        this.failing.delete(what);
      } catch (error) {
        // Once, until it works again.
        if (!this.failing.has(what)) this.logger.error(`${what} stay for now: ${errorSummary(error)}`);
        this.failing.add(what);
      }
    }
  }

  private async removeAll(what: string, remove: Removal): Promise<number> {
    let total = 0;
    while (!this.isStopping()) {
      const removed = await this.unitOfWork.write(SYSTEM, async (tx) =>
        // Another instance that is at it now does the rest as well.
        (await tx.tryLockJob(what)) ? remove(tx, BATCH) : 0,
      );
      total += removed;
      if (removed < BATCH) break;
      await this.pause(BATCH_PAUSE_MS);
    }
    return total;
  }

  private isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  /** Ends at once when the server stops. */
  private async pause(milliseconds: number): Promise<void> {
    const { signal } = this.stopping;
    await delay(milliseconds, undefined, { signal, ref: false }).catch(() => undefined);
  }
}
