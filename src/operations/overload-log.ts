/** Logs requests that come by the thousand: the first at once, the others as a number from time to time. */
import type { Logger } from 'pino';

/** What the lines say. */
export interface OverloadTexts {
  readonly level: 'warn' | 'error';
  readonly first: string;
  /** Of the number of others; the length of the interval follows. */
  readonly more: string;
}

/** Requests that were refused because a limit was reached. */
const NO_ROOM: OverloadTexts = {
  level: 'warn',
  first: 'request refused because a limit was reached',
  more: 'more requests refused because a limit was reached',
};

export class OverloadLog {
  private more = 0;
  private timer: NodeJS.Timeout | undefined;

  /** @param seconds - how long further requests are only counted */
  constructor(
    private readonly log: Logger,
    private readonly seconds: number,
    private readonly texts: OverloadTexts = NO_ROOM,
  ) {}

  /** @param request - the members of its line */
  refused(request: object): void {
    if (this.timer) {
      this.more += 1;
      return;
    }
    this.log[this.texts.level](request, this.texts.first);
    this.countSilently();
  }

  private countSilently(): void {
    this.timer = setTimeout(() => {
      this.timer = undefined;
      if (this.more === 0) return;
      this.log[this.texts.level]({ refused: this.more }, `${this.texts.more} within ${String(this.seconds)} s`);
      this.more = 0;
      this.countSilently();
    }, this.seconds * 1000).unref();
  }
}
