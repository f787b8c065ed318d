/** Durations of tokens and sessions (docs/contracts/cloudflare.md §1.4). */
import { parseGoDuration } from '../../core/index.js';

/** The duration of tokens without expiry. */
export const FOREVER = 'forever';

/** Whether a text is a valid duration of a token. */
export function isDuration(value: unknown): value is string {
  return typeof value === 'string' && (value === FOREVER || parseGoDuration(value) !== undefined);
}

/** Whether a text is the duration of a session; zero, which makes it end at once, is one. */
export function isSessionDuration(value: unknown): value is string {
  return typeof value === 'string' && (parseGoDuration(value) !== undefined || /^0(ns|us|ms|s|m|h)$/.test(value));
}

/** The years that `forever` stands for, because the API requires an expiry date. */
const FOREVER_YEARS = 100;

/**
 * When a token of this duration expires, counted from now, or for `forever` from its creation.
 * @param duration - a duration that {@link isDuration} accepts
 */
export function expiryOf(duration: string, now: Date, createdAt: Date): Date {
  if (duration === FOREVER) {
    const end = new Date(createdAt);
    end.setUTCFullYear(end.getUTCFullYear() + FOREVER_YEARS);
    return end;
  }
  const nanoseconds = parseGoDuration(duration);
  if (nanoseconds === undefined) throw new Error(`not a duration: ${duration}`);
  return new Date(now.getTime() + Number(nanoseconds / 1_000_000n));
}

/** A duration as text, rounded to whole seconds. @param milliseconds - at least one second is written */
export function durationOf(milliseconds: number): string {
  const seconds = Math.max(1, Math.round(milliseconds / 1000));
  return seconds % 3600 === 0 ? `${String(seconds / 3600)}h` : `${String(seconds)}s`;
}
