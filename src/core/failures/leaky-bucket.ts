/** The arithmetic of failure counters: leaky buckets, each kept as the time at which it will be empty. */

/** A limit on failures: a bucket and how much fits in. */
export interface FailureLimit {
  /** Names the bucket: at most 100 characters. */
  readonly key: string;
  /** How many failures fit in. */
  readonly capacity: number;
}

/** A full bucket. */
export interface ReachedLimit {
  readonly limit: FailureLimit;
  /** How long it takes until one more failure fits in. */
  readonly waitMs: number;
}

/** Allows for the rounding of many additions. */
const TOLERANCE_MS = 0.5;

/** How much later one more failure makes a bucket empty: a full one empties within one window. */
export function stepMs(capacity: number, windowMs: number): number {
  return windowMs / capacity;
}

/** When a bucket will be empty after one more failure. Buckets that are fuller than full, by another clock, are full. */
export function filled(emptyAt: number | undefined, step: number, now: number, windowMs: number): number {
  return Math.min(Math.max(emptyAt ?? 0, now), now + windowMs) + step;
}

/** Whether a bucket that will be empty at this time has overflowed. */
export function overflows(emptyAt: number, step: number, now: number, windowMs: number): boolean {
  return emptyAt - now > windowMs + Math.min(TOLERANCE_MS, step / 2);
}

/** The full bucket for which one has to wait longest, `null` if one more failure fits into each. */
export function reachedLimit(
  limits: readonly FailureLimit[],
  emptyAt: (key: string) => number | undefined,
  now: number,
  windowMs: number,
): ReachedLimit | null {
  let reached: ReachedLimit | null = null;
  for (const limit of limits) {
    const step = stepMs(limit.capacity, windowMs);
    const next = filled(emptyAt(limit.key), step, now, windowMs);
    const waitMs = next - now - windowMs;
    if (overflows(next, step, now, windowMs) && waitMs > (reached?.waitMs ?? 0)) reached = { limit, waitMs };
  }
  return reached;
}
