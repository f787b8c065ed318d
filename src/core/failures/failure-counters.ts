/** Counts failures, such as wrong passwords, against limits. */
import type { FailureLimit, ReachedLimit } from './leaky-bucket.js';

/** Where failures are counted, for all instances together. The class is also the injection token. */
export abstract class FailureCounters {
  /**
   * Counts one failure against each limit, or, if one of them is reached, none at all.
   * @param windowMs - within which a full bucket empties; the same in every call
   * @returns the limit that is reached, or `null`
   * @throws DomainError `unavailable`
   */
  abstract count(limits: readonly FailureLimit[], windowMs: number): Promise<ReachedLimit | null>;

  /** Takes back one failure that was counted against each limit. */
  abstract takeBack(limits: readonly FailureLimit[], windowMs: number): Promise<void>;

  /** Empties a bucket. */
  abstract forget(key: string): Promise<void>;
}
