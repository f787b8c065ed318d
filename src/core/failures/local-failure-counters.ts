/** Counts failures in the memory of the process, for a database that belongs to one process. */
import type { Clock } from '../clock.js';
import { FailureCounters } from './failure-counters.js';
import { filled, reachedLimit, stepMs, type FailureLimit, type ReachedLimit } from './leaky-bucket.js';

/** The share of the buckets that is dropped at a time, so that it is rarely done. */
const DROPPED_SHARE = 0.1;

/**
 * Keeps a bounded number of buckets. An empty bucket is deleted; if there are too many others, those that will be empty
 * first are dropped. So nobody can have a full bucket dropped without filling as many others.
 */
export class LocalFailureCounters extends FailureCounters {
  private readonly emptyAt = new Map<string, number>();

  constructor(
    private readonly clock: Clock,
    private readonly maxBuckets: number,
  ) {
    super();
  }

  /** How many buckets are kept. */
  get size(): number {
    return this.emptyAt.size;
  }

  count(limits: readonly FailureLimit[], windowMs: number): Promise<ReachedLimit | null> {
    const now = this.now();
    const reached = reachedLimit(limits, (key) => this.emptyAt.get(key), now, windowMs);
    if (reached) return Promise.resolve(reached);
    for (const { key, capacity } of limits) {
      this.emptyAt.set(key, filled(this.emptyAt.get(key), stepMs(capacity, windowMs), now, windowMs));
    }
    this.dropEmptiest();
    return Promise.resolve(null);
  }

  takeBack(limits: readonly FailureLimit[], windowMs: number): Promise<void> {
    const now = this.now();
    for (const { key, capacity } of limits) {
      const emptyAt = (this.emptyAt.get(key) ?? 0) - stepMs(capacity, windowMs);
      if (emptyAt > now) this.emptyAt.set(key, emptyAt);
      else this.emptyAt.delete(key);
    }
    return Promise.resolve();
  }

  forget(key: string): Promise<void> {
    this.emptyAt.delete(key);
    return Promise.resolve();
  }

  /** Forgets all failures. */
  clear(): void {
    this.emptyAt.clear();
  }

  private dropEmptiest(): void {
    if (this.emptyAt.size <= this.maxBuckets) return;
    const kept = Math.floor(this.maxBuckets * (1 - DROPPED_SHARE));
    const times = Float64Array.from(this.emptyAt.values()).sort();
    const last = times[times.length - kept - 1] ?? 0;
    for (const [key, emptyAt] of this.emptyAt) if (emptyAt < last) this.emptyAt.delete(key);
    // Of equals, the oldest go.
    for (const [key, emptyAt] of this.emptyAt) {
      if (this.emptyAt.size <= kept) return;
      if (emptyAt === last) this.emptyAt.delete(key);
    }
  }

  private now(): number {
    return this.clock.now().getTime();
  }
}
