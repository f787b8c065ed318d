/** The clock of a server for tests: it moves when a test moves it. */
import { Clock } from '../core/index.js';
import { millisecondsOf } from './duration.js';

/** `manual` stands still until it is moved; `running` goes on with the machine's clock, and can be moved too. */
export type ClockMode = 'manual' | 'running';

/** What the server takes for "now": expiry, ends of overlaps, sessions, and the times in answers. */
export class TestClock extends Clock {
  private at = 0;

  /** @param beginsAt - where it stands at the start and after {@link TestClock.reset}. Default: the machine's time */
  constructor(
    private readonly mode: ClockMode,
    private readonly beginsAt: Date = new Date(),
  ) {
    super();
    this.set(beginsAt);
  }

  override now(): Date {
    return new Date(this.mode === 'manual' ? this.at : this.at + Date.now());
  }

  /**
   * Moves it ahead. The next request sees everything that has expired until then.
   * @param length - milliseconds, or text such as `31d` or `1h30m`
   * @returns the new time
   */
  advance(length: string | number): Date {
    this.at += millisecondsOf(length);
    return this.now();
  }

  /** Sets it to a time. It may be set back, which a real clock should not be. @throws TypeError */
  set(time: Date | string | number): Date {
    const wanted = new Date(time).getTime();
    if (Number.isNaN(wanted)) throw new TypeError(`${JSON.stringify(time)} is not a time: give one as RFC 3339`);
    this.at = this.mode === 'manual' ? wanted : wanted - Date.now();
    return this.now();
  }

  /** Where it stood at the start. */
  reset(): void {
    this.set(this.beginsAt);
  }
}
