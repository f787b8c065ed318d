/** Counts requests to `/verify` in plain integers that metrics read. */
import { Timing } from '../core/index.js';

const BOUNDS_MS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 500, 1000, 5000];

export class VerifyTally {
  /** Requests by status. */
  readonly statuses: Record<number, number> = { 200: 0, 401: 0, 403: 0, 400: 0, 429: 0, 503: 0, 500: 0 };
  /** How long those took that were timed, until the answer was written. */
  readonly timing = new Timing(BOUNDS_MS);
  private passed = 0;

  /** Whether the next request is to be timed: one in 16. */
  isTimed(): boolean {
    this.passed = (this.passed + 1) & 15;
    return this.passed === 0;
  }

  /** @param durationMs - if it was timed */
  add(status: number, durationMs: number | undefined): void {
    this.statuses[status] = (this.statuses[status] ?? 0) + 1;
    if (durationMs !== undefined) this.timing.observe(durationMs);
  }
}

/** Those of this process. */
export const verifyTally = new VerifyTally();
