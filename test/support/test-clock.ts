/** A clock that a test sets. */
import { Clock } from '../../src/core/index.js';

export class TestClock extends Clock {
  private offsetMs = 0;
  private frozenAt: Date | undefined;

  now(): Date {
    return new Date((this.frozenAt ?? new Date()).getTime() + this.offsetMs);
  }

  /** Stops the clock at a moment; `advance` still moves it. */
  freeze(at: Date = new Date()): void {
    this.frozenAt = at;
    this.offsetMs = 0;
  }

  advance(milliseconds: number): void {
    this.offsetMs += milliseconds;
  }

  reset(): void {
    this.frozenAt = undefined;
    this.offsetMs = 0;
  }
}
