/** The clock as a replaceable part, so that a host or a test can decide what "now" is. */

/** 31 December 9999, in milliseconds since 1970: later times have no RFC 3339 form. */
export const LAST_MOMENT_MS = 253_402_300_799_999;

/** Tells the time. Also the injection token under which a host provides its own clock. */
export abstract class Clock {
  /** The current time, to the millisecond. */
  abstract now(): Date;
}

/** The machine's own clock. */
export class SystemClock extends Clock {
  now(): Date {
    return new Date();
  }
}
