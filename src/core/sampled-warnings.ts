/** Warnings that can come by the thousand: the first is logged at once, those that follow are counted. */
import { Injectable, type Logger, type OnApplicationShutdown } from '@nestjs/common';

/** After a line, further warnings are counted for this long, and logged as one line. */
const INTERVAL_MS = 10_000;

/** Writes warnings of one kind to the log, at most one line every ten seconds. */
export class SampledWarnings {
  /** Those that count now; some belong to the process and not to one server. */
  private static readonly active = new Set<SampledWarnings>();
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

  /** Logs what was counted until now. */
  static logCounted(): void {
    for (const warnings of SampledWarnings.active) {
      clearTimeout(warnings.counting);
      warnings.stopCounting('');
    }
  }

  private startCounting(): void {
    SampledWarnings.active.add(this);
    this.counting = setTimeout(() => {
      if (this.stopCounting(` in ${String(this.intervalMs / 1000)} s`)) this.startCounting();
    }, this.intervalMs).unref();
  }

  /** @returns whether there was anything to log */
  private stopCounting(time: string): boolean {
    SampledWarnings.active.delete(this);
    this.counting = undefined;
    const { count } = this;
    this.count = 0;
    if (count > 0) this.logger.warn(`${this.latest} (${String(count)} more${time})`);
    return count > 0;
  }
}

/** Logs what was counted when a server stops: nothing is lost, and nothing comes into the log of a host later. */
@Injectable()
export class CountedWarnings implements OnApplicationShutdown {
  onApplicationShutdown(): void {
    SampledWarnings.logCounted();
  }
}
