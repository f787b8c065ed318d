/** Limits what comparing unknown secrets with imported hashes may cost, and publishes each comparison. */
import { Inject, Injectable } from '@nestjs/common';
import { importedCheckChannel, type ImportedCheckMessage } from '../channels.js';
import { Clock } from '../clock.js';
import { FairQueue } from '../concurrency/fair-queue.js';
import type { Origin } from '../database/actor.js';
import { Overload } from '../errors.js';
import { LocalFailureCounters } from '../failures/local-failure-counters.js';
import { networksOf } from '../networks.js';
import { CORE_OPTIONS, type CoreOptions } from '../options.js';

/** Within which a network may have as many misses as the setting says. */
const WINDOW_MS = 900_000;

/** How many networks are remembered. */
const NETWORKS = 10_000;

/** `search`: for the token of a secret; `compare`: with the hash of the token that is named. */
type Operation = ImportedCheckMessage['operation'];

/** Those of this process. */
@Injectable()
export class ImportedChecks {
  private readonly queue: FairQueue<Operation>;
  private readonly misses: LocalFailureCounters;
  private readonly capacity: number;

  constructor(
    @Inject(CORE_OPTIONS)
    { importedTokens: { concurrent, waiting, missesPerNetwork } }: Pick<CoreOptions, 'importedTokens'>,
    clock: Clock,
  ) {
    this.capacity = missesPerNetwork;
    this.misses = new LocalFailureCounters(clock, NETWORKS);
    this.queue = new FairQueue({
      concurrent,
      maxWaiting: waiting,
      reserved: [],
      onReject: {
        message:
          'too many unknown tokens are being compared with imported ones (setting IMPORTED_QUEUE); try again in a second',
        retryAfterSeconds: 1,
      },
    });
  }

  /**
   * Runs a slow comparison when it is its turn. One that finds nothing counts for the network.
   * @throws DomainError `unavailable`
   */
  async run<T>(
    origin: Origin | undefined,
    operation: Operation,
    work: () => Promise<T | undefined>,
  ): Promise<T | undefined> {
    const began = performance.now();
    const { narrow, wide } = networksOf(origin?.address ?? null);
    const limits = [{ key: narrow, capacity: this.capacity }];
    let outcome: ImportedCheckMessage['outcome'] = 'failed';
    const reached = await this.misses.count(limits, WINDOW_MS);
    try {
      if (reached) {
        outcome = 'throttled';
        const seconds = Math.ceil(reached.waitMs / 1000);
        throw new Overload(
          `too many unknown tokens came from this network (setting IMPORTED_MISSES_PER_NETWORK); try again in ${String(seconds)} seconds`,
          seconds,
        );
      }
      const found = await this.queue.run({ purpose: operation, caller: [wide, narrow] }, work);
      outcome = found === undefined ? 'missed' : 'found';
      if (outcome === 'found') await this.misses.takeBack(limits, WINDOW_MS);
      return found;
    } catch (error) {
      if (outcome === 'failed' && error instanceof Overload) outcome = 'rejected';
      throw error;
    } finally {
      const { waiting } = this.queue;
      importedCheckChannel.publish({ operation, outcome, waiting, durationMs: performance.now() - began });
    }
  }
}
