import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseGoDuration } from '../../core/index.js';
import { FOREVER, expiryOf, isDuration } from './duration.js';

const UNITS: [unit: string, nanoseconds: bigint][] = [
  ['ns', 1n],
  ['us', 1_000n],
  ['\u00b5s', 1_000n],
  ['\u03bcs', 1_000n],
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['m', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
];
const LONGEST = 9_223_372_036_854_775_807n;

const isDigit = (character: string | undefined): boolean =>
  character !== undefined && character >= '0' && character <= '9';

/** The grammar read character by character: sign, then number and unit as often as there are any. */
function reference(text: string): bigint | undefined {
  let at = text.startsWith('+') ? 1 : 0;
  let total = 0n;
  let parts = 0;
  while (at < text.length) {
    let whole = '';
    let fraction = '';
    while (isDigit(text[at])) whole += text[at++] ?? '';
    if (text[at] === '.') {
      at += 1;
      while (isDigit(text[at])) fraction += text[at++] ?? '';
    }
    if (whole === '' && fraction === '') return undefined;
    // The longest unit that fits: "ms" before "m".
    const candidates = UNITS.filter(([unit]) => text.startsWith(unit, at)).sort(([a], [b]) => b.length - a.length);
    const [unit, nanoseconds] = candidates[0] ?? ['', 0n];
    if (unit === '') return undefined;
    at += unit.length;
    total += (BigInt(`${whole}${fraction}`) * nanoseconds) / 10n ** BigInt(fraction.length);
    parts += 1;
  }
  return parts > 0 && total > 0n && total <= LONGEST ? total : undefined;
}

const digits = (maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength });
const unit = fc.constantFrom(...UNITS.map(([name]) => name));
const number = fc.oneof(
  fc.nat(1_000_000).map(String),
  fc.tuple(digits(22), digits(12)).map(([whole, fraction]) => `${whole}.${fraction}`),
  digits(22),
);
const part = fc.tuple(number, unit).map((pieces) => pieces.join(''));
const wellFormed = fc
  .tuple(fc.constantFrom('', '', '', '+', '-'), fc.array(part, { minLength: 1, maxLength: 5 }))
  .map(([sign, parts]) => sign + parts.join(''));
const soup = fc.string({ unit: fc.constantFrom(...'0123456789.+- hmsnuµμdwE_', '\n', '１'), maxLength: 12 });
const mutated = fc
  .tuple(wellFormed, fc.nat(20), fc.string({ maxLength: 2 }))
  .map(([text, at, inserted]) => text.slice(0, at) + inserted + text.slice(at));

const MILLISECOND = 1_000_000n;
const HOUR = 3_600_000_000_000n;

const USABLE: [text: string, nanoseconds: bigint][] = [
  ['2562047h47m16.854775807s', LONGEST],
  ['9223372036854775807ns', LONGEST],
  ['1.5h', (HOUR * 3n) / 2n],
  ['.5h', HOUR / 2n],
  ['1.h', HOUR],
  ['+1h', HOUR],
  ['300ms', 300n * MILLISECOND],
  ['2h45m', (HOUR * 11n) / 4n],
  ['60m', HOUR],
  ['8760h', 8760n * HOUR],
  ['87600h', 87_600n * HOUR],
  ['1h1h', 2n * HOUR],
  ['1s1h', HOUR + 1000n * MILLISECOND],
  ['0h1m', HOUR / 60n],
  ['007h', 7n * HOUR],
  ['5000000\u00b5s', 5000n * MILLISECOND],
  ['5000000\u03bcs', 5000n * MILLISECOND],
  ['5000000us', 5000n * MILLISECOND],
  ['0.000000000000000000001h1s', 1000n * MILLISECOND],
];

const UNUSABLE = [
  '9223372036h',
  '2562047h47m16.854775808s',
  '2562048h',
  '9223372036854775808ns',
  '99999999999999999999999999h',
  '-1h',
  '-2562047h47m16.854775808s',
  '0',
  '0s',
  '0h0m0s',
  '0.4ns',
  '1d',
  '1w',
  '1y',
  '1',
  '60',
  '1.5',
  '',
  ' ',
  ' 1h',
  '1h ',
  '1 h',
  '1h\n',
  '1H',
  '1M',
  'h',
  '.h',
  '.',
  '+',
  '++1h',
  '1h-1m',
  '1h+1m',
  '1e3h',
  '0x10h',
  '1_000h',
  '1,5h',
  '１h',
  'Forever',
  'FOREVER',
  'forever ',
  'forever1h',
  'infinite',
  'PT1H',
];

describe('the grammar of durations', () => {
  it('is read like the reference: well-formed text', () => {
    fc.assert(
      fc.property(wellFormed, (text) => {
        expect(parseGoDuration(text)).toBe(reference(text));
      }),
      { numRuns: 2000 },
    );
  });

  it('is read like the reference: nearly well-formed text', () => {
    fc.assert(
      fc.property(fc.oneof(mutated, soup), (text) => {
        expect(parseGoDuration(text)).toBe(reference(text));
      }),
      { numRuns: 3000 },
    );
  });

  it('is read like the reference: what any number of nanoseconds is written as', () => {
    const written = fc.bigInt(1n, LONGEST + 5n).map((total): [string, bigint] => {
      const [hours, rest] = [total / HOUR, total % HOUR];
      const seconds = `${String(rest / 1_000_000_000n)}.${String(rest % 1_000_000_000n).padStart(9, '0')}`;
      return [`${String(hours)}h${seconds}s`, total];
    });
    fc.assert(
      fc.property(written, ([text, total]) => {
        expect(parseGoDuration(text)).toBe(total <= LONGEST ? total : undefined);
      }),
      { numRuns: 1000 },
    );
  });

  it.each(USABLE)('reads %j exactly', (text, nanoseconds) => {
    expect(parseGoDuration(text)).toBe(nanoseconds);
    expect(reference(text)).toBe(nanoseconds);
  });

  it.each(UNUSABLE)('refuses %j', (text) => {
    expect(isDuration(text)).toBe(false);
    expect(reference(text)).toBeUndefined();
  });

  it.each([undefined, null, 1, 3600, true, [], ['1h'], {}, new Date()])('refuses %p, which is not text', (value) => {
    expect(isDuration(value)).toBe(false);
  });

  it('parses hostile text without delay', () => {
    // Processor time, so that a busy machine does not matter.
    const before = process.cpuUsage();
    for (const text of ['1'.repeat(100_000), '1.'.repeat(50_000), `${'1h'.repeat(50_000)}x`, '.'.repeat(100_000)]) {
      expect(isDuration(text)).toBe(false);
    }
    expect(process.cpuUsage(before).user).toBeLessThan(500_000);
  });
});

describe('the expiry of a token', () => {
  const [NOW, CREATED] = [new Date('2026-11-21T10:00:00.123Z'), new Date('2024-02-29T08:00:00.000Z')];

  it('is counted from now, in whole milliseconds, and never later than the duration says', () => {
    expect(expiryOf('1h', NOW, CREATED)).toEqual(new Date('2026-11-21T11:00:00.123Z'));
    expect(expiryOf('1.9999999ms', NOW, CREATED)).toEqual(new Date('2026-11-21T10:00:00.124Z'));
  });

  it('is a hundred years after its creation for "forever"', () => {
    expect(expiryOf(FOREVER, NOW, new Date('2024-03-01T08:00:00.000Z'))).toEqual(new Date('2124-03-01T08:00:00.000Z'));
    expect(expiryOf(FOREVER, NOW, CREATED)).toEqual(new Date('2124-02-29T08:00:00.000Z'));
    // 2100 has no such day, and east of Greenwich it was the next one already.
    const evening = new Date('2000-02-29T20:00:00.000Z');
    expect(expiryOf(FOREVER, NOW, evening)).toEqual(new Date('2100-03-01T20:00:00.000Z'));
  });

  it('does not exist for an invalid duration', () => {
    expect(() => expiryOf('1d', NOW, CREATED)).toThrow('not a duration: 1d');
  });
});
