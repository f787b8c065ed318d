/** The time by which rows are removed: it follows a clock that has jumped ahead only slowly, so that a wrong one destroys nothing. */
import { Logger } from '@nestjs/common';

/** How many times faster than time passes it catches up. */
const CATCH_UP = 24;

/** A clock that is ahead by more than this has jumped. */
const JUMP_MS = 300_000;

/** Follows a clock. Times are milliseconds since 1970. */
export class SteadyTime {
  private readonly logger = new Logger('Clock');
  private last: { readonly time: number; readonly at: number } | undefined;
  private isBehind = false;

  /** @param elapsed - milliseconds of a clock that is never set */
  constructor(private readonly elapsed: () => number = () => performance.now()) {}

  /** The time to go by when the clock says `now`: never later than `now`. */
  at(now: number): number {
    const at = this.elapsed();
    const { time, at: before } = this.last ?? { time: now, at };
    const passed = at - before;
    const jumped = now - time - passed > JUMP_MS;
    const steady = jumped ? Math.min(now, time + passed * CATCH_UP) : now;
    if (jumped && !this.isBehind) {
      this.logger.warn(
        `the clock has jumped ahead by ${String(Math.round((now - time - passed) / 1000))} s: rows are removed as if it ` +
          `had not, and the difference is made up at ${String(CATCH_UP)} times the speed`,
      );
    }
    this.isBehind = jumped;
    this.last = { time: steady, at };
    return steady;
  }
}
