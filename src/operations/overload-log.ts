/** Logs requests that are refused for lack of room: the first at once, the others as a number from time to time. */
import type { Logger } from 'pino';

export class OverloadLog {
  private more = 0;
  private timer: NodeJS.Timeout | undefined;

  /** @param seconds - how long further requests are only counted */
  constructor(
    private readonly log: Logger,
    private readonly seconds: number,
  ) {}

  /** @param request - the members of its line */
  refused(request: object): void {
    if (this.timer) {
      this.more += 1;
      return;
    }
    this.log.warn(request, 'request refused for lack of room');
    this.countSilently();
  }

  private countSilently(): void {
    this.timer = setTimeout(() => {
      this.timer = undefined;
      if (this.more === 0) return;
      this.log.warn({ refused: this.more }, `more requests refused for lack of room within ${String(this.seconds)} s`);
      this.more = 0;
      this.countSilently();
    }, this.seconds * 1000).unref();
  }
}
