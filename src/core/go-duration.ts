/** Parses durations exactly as Go's `time.ParseDuration` does. */

const NANOSECONDS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  // Both micro signs: U+00B5 and U+03BC.
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

const WHOLE = /^\+?((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))+$/;
const PART = /(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/g;

/** The longest duration of Go: 2562047h47m16.854775807s. */
const LONGEST = 2n ** 63n - 1n;

/** Maximum number of characters of a duration. */
const MAX_LENGTH = 255;

/**
 * The nanoseconds of a Go duration, never rounded up; `undefined` if the text is not a duration, is zero, or exceeds
 * Go's maximum.
 */
export function parseGoDuration(text: string): bigint | undefined {
  if (text.length > MAX_LENGTH || !WHOLE.test(text)) return undefined;
  let total = 0n;
  for (const [, whole = '', fraction = '', unit = ''] of text.matchAll(PART)) {
    const nanoseconds = NANOSECONDS[unit] ?? 0n;
    total += BigInt(whole === '' ? '0' : whole) * nanoseconds;
    if (fraction !== '') total += (BigInt(fraction) * nanoseconds) / 10n ** BigInt(fraction.length);
  }
  return total > 0n && total <= LONGEST ? total : undefined;
}
