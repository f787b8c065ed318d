/** Lengths of time as tests write them: `31d`, `1h30m`, `250ms`. */

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

const WHOLE = /^(\d+(\.\d+)?(ms|[smhdw]))+$/;
const PART = /(\d+(?:\.\d+)?)(ms|[smhdw])/g;

/**
 * Milliseconds.
 * @param length - milliseconds, or numbers with the units `ms`, `s`, `m`, `h`, `d` and `w`
 * @throws TypeError
 */
export function millisecondsOf(length: string | number): number {
  if (typeof length === 'number' && Number.isFinite(length) && length >= 0) return length;
  if (typeof length !== 'string' || !WHOLE.test(length)) {
    throw new TypeError(
      `${JSON.stringify(length)} is not a length of time: give milliseconds as a number, or numbers with units as in ` +
        '"31d", "1h30m" or "250ms" (ms, s, m, h, d, w)',
    );
  }
  let total = 0;
  for (const [, amount = '', unit = ''] of length.matchAll(PART)) total += Number(amount) * (UNITS[unit] ?? 0);
  return Math.round(total);
}
