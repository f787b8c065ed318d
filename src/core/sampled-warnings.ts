/** Warnings that can come by the thousand: the first is logged at once, those that follow are counted. */
import type { Logger } from '@nestjs/common';

/** After a line, further warnings are counted for this long, and logged as one line. */
const INTERVAL_MS = 10_000;

/** Writes warnings of one kind to the log, at most one line every ten seconds. */
export class SampledWarnings {
  private counting: NodeJS.Timeout | undefined;
  private count = 0;
  private latest = '';

  constructor(
    private readonly logger: Pick<Logger, 'warn'>,
    private readonly intervalMs = INTERVAL_MS,
  ) {}

  /** @param text - names the limit and the setting; only the latest text is logged for those that were counted */
  warn(text: string): void {
    if (this.counting) {
      this.count += 1;
      this.latest = text;
      return;
    }
    this.logger.warn(text);
    this.startCounting();
  }

  private startCounting(): void {
    this.counting = setTimeout(() => {
      this.counting = undefined;
      if (this.count === 0) return;
      this.logger.warn(`${this.latest} (${String(this.count)} more in ${String(this.intervalMs / 1000)} s)`);
      this.count = 0;
      this.startCounting();
    }, this.intervalMs).unref();
  }
}
