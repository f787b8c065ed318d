/** Removes what is over, in the background: expired sessions, rows of deleted owners, old audit rows and counters. */
import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import {
  DomainError,
  SYSTEM,
  SteadyTime,
  UnitOfWork,
  errorSummary,
  removeAuditRows,
  removeEmptyCounters,
  type Transaction,
} from '../core/index.js';
import { AccountExtensions } from './account-extensions.js';
import { cleanupChannel, type CleanupMessage } from './channels.js';
import type { Options, Values } from '../settings/index.js';
import { KnownNetworks } from './guessing/known-networks.js';
import { removeExpiredSessions } from './expired-sessions.js';
import { removeLeftRows } from './owned-rows.js';
import type { CLEANUP_SETTINGS } from './identity.settings.js';
import { RecordedTime } from './recorded-time.js';

/** What the cleanup job removes, and when. */
export type CleanupOptions = Options<typeof CLEANUP_SETTINGS>;

/** Injection token of the options, with their defaults filled in. */
export const CLEANUP_OPTIONS = Symbol('latchkey:cleanup-options');

/** Rows removed in one transaction, which takes some milliseconds. */
const BATCH = 200;
/** Pause between two transactions, in which others can write. */
const BATCH_PAUSE_MS = 20;

const DAY_MS = 86_400_000;

const LEFT_ROWS = 'rows of deleted owners';

/** Removes rows of one kind, at most `limit`, and returns how many. */
export type Removal = (transaction: Transaction, limit: number, now: Date) => Promise<number>;

@Injectable()
export class CleanupJob implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(CleanupJob.name);
  private readonly stopping = new AbortController();
  private readonly tasks: Map<string, Removal>;
  private readonly leftRows: Removal;
  private readonly failing = new Set<string>();
  private current: Promise<void> | undefined;
  private removal: Promise<void> = Promise.resolve();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly unitOfWork: UnitOfWork,
    @Inject(CLEANUP_OPTIONS) private readonly options: Values<typeof CLEANUP_SETTINGS>,
    networks: KnownNetworks,
    extensions: AccountExtensions,
    private readonly steady: SteadyTime,
    private readonly recorded: RecordedTime,
  ) {
    this.leftRows = (tx, limit) => removeLeftRows(tx, limit, extensions);
    const keptMs = options.auditRetentionDays * DAY_MS;
    const oldAuditRows: Removal = (tx, limit, now) => removeAuditRows(tx, new Date(now.getTime() - keptMs), limit);
    this.tasks = new Map<string, Removal>([
      ['expired sessions', removeExpiredSessions],
      [LEFT_ROWS, this.leftRows],
      ['empty failure counters', removeEmptyCounters],
      ['old known networks', (tx, limit, now) => networks.removeOld(tx, limit, now)],
      ...(keptMs > 0 ? [['old audit rows', oldAuditRows] as const] : []),
    ]);
  }

  /** Adds rows of another part of the server. @param what - for the log */
  add(what: string, remove: Removal): void {
    this.tasks.set(what, remove);
  }

  onApplicationBootstrap(): void {
    this.running = this.loop();
  }

  /** Finishes the running batch and starts no other. */
  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await Promise.all([this.running, this.current, this.removal]);
  }

  /** Runs one round. Callers during a round share it, so there is never more than one. */
  run(): Promise<void> {
    this.current ??= this.runOnce().finally(() => (this.current = undefined));
    return this.current;
  }

  /** Removes what deleted owners have left, without waiting for the next round. */
  removeLeftRows(): void {
    this.removal = this.removal.then(async () => {
      await this.runTask(LEFT_ROWS, this.leftRows);
    });
  }

  private async loop(): Promise<void> {
    const { initialDelayMs, intervalMs } = this.options;
    // So that other parts know it before their first round; a failure is logged by the first round here.
    await this.recorded.begin().catch(() => undefined);
    await this.pause(initialDelayMs);
    while (!this.isStopping()) {
      await this.run();
      await this.pause(intervalMs);
    }
  }

  private async runOnce(): Promise<void> {
    if (!(await this.attempt('read the time', () => this.recorded.begin()))) return;
    for (const [what, remove] of this.tasks) {
      // The other tasks could do nothing either, and would each say so.
      if ((await this.runTask(what, remove)) === 'unavailable') return;
    }
    await this.attempt('record the time', () => this.recorded.record());
  }

  /** @returns whether it worked */
  private async attempt(what: string, work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      this.failing.delete(what);
      return true;
    } catch (error) {
      this.failed(what, error);
      return false;
    }
  }

  /** Logs a failure once, until it works again. */
  private failed(what: string, error: unknown): void {
    if (!this.failing.has(what)) this.logger.error(`could not ${what}: ${errorSummary(error)}`);
    this.failing.add(what);
  }

  private async runTask(what: string, remove: Removal): Promise<'done' | 'failed' | 'unavailable'> {
    const began = performance.now();
    try {
      const removed = await this.removeAll(what, remove);
      publish(what, 'done', began, removed);
      if (removed > 0) this.logger.debug(`removed ${String(removed)} ${what}`);
      this.failing.delete(`remove ${what}`);
      return 'done';
    } catch (error) {
      this.failed(`remove ${what}`, error);
      publish(what, 'failed', began);
      return error instanceof DomainError && error.code === 'unavailable' ? 'unavailable' : 'failed';
    }
  }

  private async removeAll(what: string, remove: Removal): Promise<number> {
    let total = 0;
    while (!this.isStopping()) {
      const removed = await this.unitOfWork.write(SYSTEM, async (tx) =>
        // If another instance is running this job, it also does the rest.
        (await tx.tryLockJob(what)) ? remove(tx, BATCH, new Date(this.steady.at(tx.now.getTime()))) : 0,
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

  /** A pause that ends at once when the server stops. */
  private async pause(milliseconds: number): Promise<void> {
    const { signal } = this.stopping;
    await delay(milliseconds, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

function publish(task: string, outcome: CleanupMessage['outcome'], began: number, removed = 0): void {
  if (!cleanupChannel.hasSubscribers) return;
  cleanupChannel.publish({ task, outcome, removed, durationMs: performance.now() - began });
}
