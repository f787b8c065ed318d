/** The numbers of tokens and the size of the database, which are expensive and therefore reused for a while. */
import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { SampledWarnings, errorSummary, type KindCensus } from '../../core/index.js';

/** How long a reader waits for a count that is under way; later the previous one is shown. */
const MAX_WAIT_MS = 1500;

/** After a count, the next one waits for this many times as long as it took. */
const REST = 19;

/** What was counted, and when. */
export interface InventoryCount {
  readonly tokens: ReadonlyMap<string, KindCensus>;
  readonly bytes: Readonly<Record<string, number>>;
  /** Milliseconds since 1970. */
  readonly countedAt: number;
}

export interface InventorySources {
  tokens(): Promise<InventoryCount['tokens']>;
  bytes(): Promise<InventoryCount['bytes']>;
}

/** Counts when somebody asks, once at a time. */
export class Inventory {
  private readonly warnings = new SampledWarnings(new Logger('Metrics'));
  private latest: InventoryCount | undefined;
  private running: Promise<void> | undefined;
  private nextAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly sources: InventorySources,
    private readonly reuseMs: number,
  ) {}

  /** The newest count; `undefined` as long as there is none. */
  async current(): Promise<InventoryCount | undefined> {
    if (performance.now() >= this.nextAt) this.running ??= this.count();
    if (this.running) await Promise.race([this.running, delay(MAX_WAIT_MS, undefined, { ref: false })]);
    return this.latest;
  }

  private async count(): Promise<void> {
    const began = performance.now();
    try {
      const [tokens, bytes] = [await this.sources.tokens(), await this.sources.bytes()];
      this.latest = { tokens, bytes, countedAt: Date.now() };
    } catch (error) {
      this.warnings.warn(`tokens could not be counted for /metrics: ${errorSummary(error)}`);
    } finally {
      const ended = performance.now();
      this.nextAt = ended + Math.max(this.reuseMs, REST * (ended - began));
      this.running = undefined;
    }
  }
}
