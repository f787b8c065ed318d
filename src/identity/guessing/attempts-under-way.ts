/** Attempts whose outcome is not known yet: who finds a limit reached because of them waits, and is not refused. */
import { Overload } from '../../core/index.js';

/** How long a caller is asked to stay away, in seconds, if too many wait already. */
const RETRY_AFTER_SECONDS = 2;

interface Bucket {
  /** Attempts that are counted in it and not settled. */
  underWay: number;
  /** Attempts that are asking whether they are counted, or wait. */
  asking: number;
  /** How many have been settled since somebody asked. */
  settled: number;
  readonly waiting: (() => void)[];
}

/** As many wait for one bucket as may. */
export class AttemptsWaiting extends Overload {
  constructor(limit: number) {
    super(
      `${String(limit)} of your attempts are being checked already (setting PASSWORD_QUEUE); try again in ` +
        `${String(RETRY_AFTER_SECONDS)} seconds`,
      RETRY_AFTER_SECONDS,
    );
  }
}

/** Those of this process, by the keys of the buckets in which they are counted. */
export class AttemptsUnderWay {
  private readonly buckets = new Map<string, Bucket>();

  /** @param maxWaiting - for one bucket */
  constructor(private readonly maxWaiting: number) {}

  /**
   * Begins an attempt, after those in its way have been settled.
   * @param count - counts it, or returns the reached limit
   * @returns the reached limit, if none of the attempts under way is counted in its bucket
   * @throws Overload
   */
  async begin<L extends { readonly limit: { readonly key: string } }>(
    keys: readonly string[],
    count: () => Promise<L | null>,
  ): Promise<L | null> {
    const buckets = new Map(keys.map((key) => [key, this.bucket(key)]));
    for (const bucket of buckets.values()) bucket.asking += 1;
    try {
      for (;;) {
        const before = new Map([...buckets].map(([key, { settled }]) => [key, settled]));
        const reached = await count();
        if (!reached) {
          for (const bucket of buckets.values()) bucket.underWay += 1;
          return null;
        }
        const { key } = reached.limit;
        const bucket = this.bucket(key);
        // One that was settled while this one was counted may have freed a place.
        if (bucket.settled !== before.get(key)) continue;
        if (bucket.underWay === 0) return reached;
        await this.settlement(bucket);
      }
    } finally {
      for (const [key, bucket] of buckets) {
        bucket.asking -= 1;
        this.forget(key, bucket);
      }
    }
  }

  /** Call once for each attempt that has begun, when what it counts is up to date. */
  settle(keys: readonly string[]): void {
    for (const key of keys) {
      const bucket = this.bucket(key);
      bucket.underWay -= 1;
      bucket.settled += 1;
      // The next one is counted, and lets another go when it is settled itself. The last one lets all go.
      for (const go of bucket.waiting.splice(0, bucket.underWay === 0 ? Infinity : 1)) go();
      this.forget(key, bucket);
    }
  }

  /** How many attempts wait for others. */
  get waiting(): number {
    return [...this.buckets.values()].reduce((sum, { waiting }) => sum + waiting.length, 0);
  }

  private settlement({ waiting }: Bucket): Promise<void> {
    if (waiting.length >= this.maxWaiting) {
      return Promise.reject(new AttemptsWaiting(this.maxWaiting));
    }
    return new Promise((resolve) => waiting.push(resolve));
  }

  private bucket(key: string): Bucket {
    const found = this.buckets.get(key) ?? { underWay: 0, asking: 0, settled: 0, waiting: [] };
    this.buckets.set(key, found);
    return found;
  }

  private forget(key: string, { underWay, asking }: Bucket): void {
    if (underWay === 0 && asking === 0) this.buckets.delete(key);
  }
}
