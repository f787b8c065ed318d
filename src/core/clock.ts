/** The clock as a replaceable part, so that a host or a test can decide what "now" is. */

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
