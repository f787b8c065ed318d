import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseRfc3339 } from './rfc3339.js';

const MINUTE = 60_000;
const FIRST = Date.parse('0001-01-02T00:00:00Z');
const LAST = Date.parse('9999-12-30T00:00:00Z');

const two = (value: number): string => String(value).padStart(2, '0');

/** The same time in another zone. */
const written = fc
  .record({
    milliseconds: fc.integer({ min: FIRST, max: LAST }),
    offset: fc.integer({ min: -1439, max: 1439 }),
    more: fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: 9 }),
    precision: fc.constantFrom(0, 3, 12),
    letters: fc.constantFrom('T', 't'),
  })
  .map(({ milliseconds, offset, more, precision, letters }) => {
    const moment = precision === 0 ? Math.floor(milliseconds / 1000) * 1000 : milliseconds;
    const local = new Date(moment + offset * MINUTE).toISOString();
    const fraction = precision === 0 ? '' : local.slice(19, 23) + (precision === 3 ? '' : more);
    const zone = `${offset < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
    return { text: `${local.slice(0, 10)}${letters}${local.slice(11, 19)}${fraction}${zone}`, moment };
  });

const USABLE: [text: string, same: string][] = [
  ['2030-01-31T12:00:00Z', '2030-01-31T12:00:00.000Z'],
  ['2030-01-31T12:00:00z', '2030-01-31T12:00:00.000Z'],
  ['2030-01-31t12:00:00Z', '2030-01-31T12:00:00.000Z'],
  ['2030-01-31T12:00:00.5Z', '2030-01-31T12:00:00.500Z'],
  ['2030-01-31T12:00:00.12345Z', '2030-01-31T12:00:00.123Z'],
  ['2030-01-31T12:00:00.9999999999999Z', '2030-01-31T12:00:00.999Z'],
  ['2030-01-31T12:00:00+00:00', '2030-01-31T12:00:00.000Z'],
  ['2030-01-31T12:00:00-00:00', '2030-01-31T12:00:00.000Z'],
  ['2030-01-31T12:00:00+05:30', '2030-01-31T06:30:00.000Z'],
  ['2030-01-31T23:30:00-01:45', '2030-02-01T01:15:00.000Z'],
  ['2028-02-29T00:00:00Z', '2028-02-29T00:00:00.000Z'],
  ['2000-02-29T23:59:59.999Z', '2000-02-29T23:59:59.999Z'],
  ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
];

const UNUSABLE = [
  '',
  ' ',
  'now',
  '0',
  '1893456000',
  '2030-01-31',
  '2030-01-31T12:00',
  '2030-01-31T12:00Z',
  '2030-01-31T12:00:00',
  '2030-01-31T12:00:00.Z',
  '2030-01-31T12:00:00,5Z',
  '2030-01-31T12:00:00+0100',
  '2030-01-31T12:00:00+01',
  '2030-01-31T12:00:00+24:00',
  '2030-01-31T12:00:00+01:60',
  '2030-01-31T12:00:00 Z',
  ' 2030-01-31T12:00:00Z',
  '2030-01-31T12:00:00Z\n',
  '2030-1-31T12:00:00Z',
  '2030-00-10T12:00:00Z',
  '2030-13-10T12:00:00Z',
  '2030-01-00T12:00:00Z',
  '2030-01-32T12:00:00Z',
  '2030-02-29T12:00:00Z',
  '2100-02-29T12:00:00Z',
  '2030-04-31T12:00:00Z',
  '2030-01-31T24:00:00Z',
  '2030-01-31T12:60:00Z',
  '2030-01-31T12:00:61Z',
  '+02030-01-31T12:00:00Z',
  '-2030-01-31T12:00:00Z',
  '12030-01-31T12:00:00Z',
  '9999-12-31T23:59:59-01:00',
  '２030-01-31T12:00:00Z',
  'Thu, 31 Jan 2030 12:00:00 GMT',
];

describe('parseRfc3339', () => {
  it.each([
    ['2026-02-28T23:59:59Z', '2026-02-28T23:59:59.000Z'],
    ['2024-02-29t00:00:00z', '2024-02-29T00:00:00.000Z'],
    ['2026-01-01T00:30:00+01:00', '2025-12-31T23:30:00.000Z'],
    ['2026-01-01T00:30:00-00:45', '2026-01-01T01:15:00.000Z'],
    ['0000-01-01T00:00:00Z', '0000-01-01T00:00:00.000Z'],
  ])('reads %s as %s', (text, moment) => {
    expect(parseRfc3339(text)?.toISOString()).toBe(moment);
  });

  it('truncates to the millisecond, and never rounds up', () => {
    expect(parseRfc3339('2026-01-01T00:00:00.9999999Z')?.toISOString()).toBe('2026-01-01T00:00:00.999Z');
    expect(parseRfc3339('2026-01-01T00:00:00.5Z')?.toISOString()).toBe('2026-01-01T00:00:00.500Z');
  });

  it.each([
    ['a day that the month does not have', '2026-02-29T00:00:00Z'],
    ['an hour 24', '2026-01-01T24:00:00Z'],
    ['a leap second', '2026-12-31T23:59:60Z'],
    ['an offset of 24 hours', '2026-01-01T00:00:00+24:00'],
    ['an offset of 60 minutes', '2026-01-01T00:00:00+01:60'],
    ['no offset', '2026-01-01T00:00:00'],
    ['a space for the T', '2026-01-01 00:00:00Z'],
    ['a fraction without digits', '2026-01-01T00:00:00.Z'],
    ['a moment before the year 0', '0000-01-01T00:00:00+00:01'],
    ['a moment after the year 9999', '9999-12-31T23:59:59-00:01'],
    ['a date alone', '2026-01-01'],
    ['nothing', ''],
  ])('refuses %s', (_what, text) => {
    expect(parseRfc3339(text)).toBeUndefined();
  });

  it('reads to the millisecond, in any zone and precision, and never later than written', () => {
    fc.assert(
      fc.property(written, ({ text, moment }) => {
        expect(parseRfc3339(text)?.getTime()).toBe(moment);
      }),
      { numRuns: 2000 },
    );
  });

  it('refuses any text, or reads it as Date does', () => {
    const near = fc
      .tuple(written, fc.nat(25), fc.string({ maxLength: 1 }))
      .map(([{ text }, at, inserted]) => text.slice(0, at) + inserted + text.slice(at + 1));
    fc.assert(
      fc.property(near, (text) => {
        const moment = parseRfc3339(text);
        if (moment) expect(moment.getTime()).toBe(Date.parse(text.toUpperCase().replace(/(\.\d{3})\d+/, '$1')));
      }),
      { numRuns: 2000 },
    );
  });

  it.each(USABLE)('reads %s as %s', (text, same) => {
    expect(parseRfc3339(text)?.toISOString()).toBe(same);
  });

  it.each(UNUSABLE)('refuses %j', (text) => {
    expect(parseRfc3339(text)).toBeUndefined();
  });
});
