/** The time by which rows are removed: it follows a clock that is far ahead only slowly, so that a wrong one destroys nothing. */
import { Injectable, Logger } from '@nestjs/common';

/** How many times faster than time passes it catches up. */
const CATCH_UP = 24;

/** A clock that is ahead by more than this has jumped. */
const JUMP_MS = 300_000;

/** A server that was stopped for longer than this may have a wrong clock instead. */
const LONG_STOP_MS = 86_400_000;

/** Follows a clock. Times are milliseconds since 1970. */
@Injectable()
export class SteadyTime {
  private readonly logger = new Logger('Clock');
  private last: { readonly time: number; readonly at: number } | undefined;
  private recorded: { readonly time: number; readonly at: number } | undefined;
  private isBehind = false;
  private isReady = false;

  /** Whether it is known where to begin. Until then, nothing may be removed for its age. */
  get hasBegun(): boolean {
    return this.isReady;
  }

  /**
   * Goes on from where a server was when it last ran on the same database. Only the first call counts.
   * @param recorded - what {@link at} returned then; `null` if nobody has recorded it
   * @param now - of the clock
   */
  begin(recorded: number | null, now: number): void {
    if (this.isReady) return;
    this.isReady = true;
    if (recorded === null) return;
    const at = this.elapsed();
    this.recorded = { time: recorded, at };
    this.last = { time: Math.min(recorded, now), at };
    const aheadMs = now - recorded;
    this.isBehind = aheadMs > JUMP_MS;
    if (aheadMs > LONG_STOP_MS) this.logger.warn(aheadOf(recorded, now));
    if (aheadMs < -JUMP_MS) this.logger.warn(behind(recorded, now));
  }

  /** The time to go by when the clock says `now`: never later than `now`. */
  at(now: number): number {
    const at = this.elapsed();
    const { time, at: before } = this.last ?? { time: now, at };
    const passed = at - before;
    const jumped = now - time - passed > JUMP_MS;
    const steady = jumped ? Math.min(now, time + passed * CATCH_UP) : now;
    if (jumped && !this.isBehind) {
      const seconds = String(Math.round((now - time - passed) / 1000));
      this.logger.warn(`the clock has jumped ahead by ${seconds} s: rows are removed as if it had not, and ${MADE_UP}`);
    }
    this.isBehind = jumped;
    this.last = { time: steady, at };
    return steady;
  }

  /** What the clock should say at least when it says `now`: it may be behind the time until which a server has run. */
  atLeast(now: number): number {
    if (!this.recorded) return now;
    return Math.max(now, this.recorded.time + this.elapsed() - this.recorded.at);
  }

  /** Milliseconds of a clock that is never set. */
  protected elapsed(): number {
    return performance.now();
  }
}

const MADE_UP = `the difference is made up at ${String(CATCH_UP)} times the speed`;

function aheadOf(recorded: number, now: number): string {
  return (
    `the clock says ${iso(now)}, and a server last ran on this database at ${iso(recorded)}: if the clock is wrong, set ` +
    `it and restart. Rows are removed as of that time at first, and ${MADE_UP}`
  );
}

function behind(recorded: number, now: number): string {
  return (
    `the clock says ${iso(now)}, but a server has run on this database until ${iso(recorded)}: what has expired since is ` +
    'accepted again until the clock is right'
  );
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
