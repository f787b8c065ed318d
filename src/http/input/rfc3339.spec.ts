import { describe, expect, it } from '@jest/globals';
import { parseRfc3339 } from './rfc3339.js';

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

  it('cuts what is finer than a millisecond off, and never rounds up', () => {
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
});
