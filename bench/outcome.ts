/** What a measure finds: ratios against what must be reached, and the medians behind them. */
import type { Trial } from './rounds.js';

/** One line of the table. */
export interface Finding {
  readonly measure: string;
  /** What it is compared with. */
  readonly against: string;
  readonly bound: 'at least' | 'at most';
  /** What must be reached; `null` for what is only told. */
  readonly target: number | null;
  readonly ratio: number;
  /** The same ratio of the processor time that the servers themselves used, where both are servers. */
  readonly cpuRatio?: number;
  /** The medians, in words. */
  readonly medians: string;
  /** What to profile if the target is not reached. */
  readonly trial?: Trial;
}

/** One line of the list of medians. */
export interface Speed {
  readonly name: string;
  readonly perSecond: number;
  /** Latency in milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly cpuMicros: number;
}

export interface Outcome {
  readonly findings: readonly Finding[];
  readonly speeds: readonly Speed[];
}

export function isReached({ bound, target, ratio }: Finding): boolean {
  return target === null || (bound === 'at least' ? ratio >= target : ratio <= target);
}
