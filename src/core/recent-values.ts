/** Remembers values up to a number of them, and forgets those first that were used the longest ago. */
import { LRUCache } from 'lru-cache';

/** Resolution of ages, in milliseconds: reading the clock each time would cost more than the look-up. */
const AGE_RESOLUTION_MS = 1000;

/** Costs nothing before the first value is kept: `LRUCache` allocates at once for as many as it may ever have. */
export class RecentValues<K extends string | number, V extends string | number | boolean | object> {
  private cache: LRUCache<K, V> | undefined;

  /**
   * @param max - how many are remembered; 0 remembers none
   * @param seconds - how long each. Default: until others take its place
   */
  constructor(
    private readonly max: number,
    private readonly seconds?: number,
  ) {}

  get(key: K): V | undefined {
    return this.cache?.get(key);
  }

  set(key: K, value: V): void {
    if (this.max === 0) return;
    this.cache ??= new LRUCache({
      max: this.max,
      ...(this.seconds !== undefined && { ttl: this.seconds * 1000, ttlResolution: AGE_RESOLUTION_MS }),
    });
    this.cache.set(key, value);
  }

  delete(key: K): void {
    this.cache?.delete(key);
  }

  clear(): void {
    this.cache?.clear();
  }
}
