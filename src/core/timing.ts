/** Counts durations in buckets of plain integers, for what happens too often to be published on a channel. */

/** The durations of one kind of event. */
export class Timing {
  /** How many durations each bucket has, without those of the buckets below. */
  readonly counts: number[];
  sumMs = 0;
  count = 0;

  /** @param boundsMs - upper bounds of the buckets in milliseconds, ascending */
  constructor(readonly boundsMs: readonly number[]) {
    this.counts = boundsMs.map(() => 0);
  }

  observe(durationMs: number): void {
    const { boundsMs, counts } = this;
    this.sumMs += durationMs;
    this.count += 1;
    for (let at = 0; at < counts.length; at += 1) {
      if (durationMs > (boundsMs[at] ?? 0)) continue;
      counts[at] = (counts[at] ?? 0) + 1;
      return;
    }
  }
}
