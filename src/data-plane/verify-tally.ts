/** Counts requests to `/verify` in plain numbers that metrics read. */
import { Timing } from '../core/index.js';

const BOUNDS_MS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 500, 1000, 5000];

/** These are told even while there was none. */
const USUAL = [200, 400, 401, 403, 429, 500, 503];

const MAX_STATUS = 599;

export class VerifyTally {
  /** How long those took that were timed, until the answer was written. */
  readonly timing = new Timing(BOUNDS_MS);
  /** By status. An object with these keys would be a hash table for V8, which takes longer than all other counting. */
  private readonly counts = new Float64Array(MAX_STATUS + 1);
  private passed = 0;

  /** The number of requests by status. */
  get statuses(): ReadonlyMap<number, number> {
    const told = [...this.counts.entries()].filter(([status, count]) => count > 0 || USUAL.includes(status));
    return new Map(told);
  }

  /** Whether the next request is to be timed: one in 16. */
  isTimed(): boolean {
    this.passed = (this.passed + 1) & 15;
    return this.passed === 0;
  }

  /** @param durationMs - if it was timed */
  add(status: number, durationMs: number | undefined): void {
    this.counts[status] = (this.counts[status] ?? 0) + 1;
    if (durationMs !== undefined) this.timing.observe(durationMs);
  }
}

/** Those of this process. */
export const verifyTally = new VerifyTally();
