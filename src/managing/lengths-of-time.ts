/** When tokens and overlaps end, as code says it: a moment, or how long from now. */
import { LAST_MOMENT_MS } from '../core/index.js';
import { TokenRequestError, type TokenRequestField } from './token-request-error.js';

/** A number with a unit: seconds, minutes, hours, days or weeks, as in `90m` or `30d`. */
export type LengthOfTime = `${number}${'s' | 'm' | 'h' | 'd' | 'w'}`;

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

const LENGTH = /^(\d{1,12}(?:\.\d{1,9})?)([smhdw])$/;

/** A moment, or a length of time that begins now; by the names that the caller used for them. */
interface End {
  readonly at: readonly [field: TokenRequestField, value: Date | null | undefined];
  readonly after: readonly [field: TokenRequestField, value: LengthOfTime | undefined];
}

/**
 * The end; `null` and `undefined` as they are given.
 * @throws TokenRequestError
 */
export function endOf({ at: [at, moment], after: [after, length] }: End, now: Date): Date | null | undefined {
  if (length === undefined) return moment ? inFuture(at, moment, now) : moment;
  if (moment !== undefined) throw new TokenRequestError(after, `give ${at} or ${after}, not both`);
  const [, amount, unit = ''] = LENGTH.exec(length) ?? [];
  const milliseconds = Math.round(Number(amount) * (UNITS[unit] ?? NaN));
  if (Number.isNaN(milliseconds)) {
    throw new TokenRequestError(
      after,
      `${after} must be a number with a unit, such as 90m, 12h or 30d (s, m, h, d, w)`,
    );
  }
  if (now.getTime() + milliseconds <= LAST_MOMENT_MS) return new Date(now.getTime() + milliseconds);
  throw new TokenRequestError(after, `${after} is longer than a token can last`);
}

function inFuture(field: TokenRequestField, moment: Date, now: Date): Date {
  if (Number.isNaN(moment.getTime())) throw new TokenRequestError(field, `${field} is no valid date`);
  if (moment <= now) throw new TokenRequestError(field, `${field} must be in the future`);
  if (moment.getTime() > LAST_MOMENT_MS) throw new TokenRequestError(field, `${field} is later than a token can last`);
  return moment;
}
