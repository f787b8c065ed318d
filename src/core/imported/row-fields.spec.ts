import { describe, expect, it } from '@jest/globals';
import { InvalidRow, rowTime } from './row-fields.js';

describe('the time of a row', () => {
  it.each([
    ['2026-11-29', '2026-11-29T00:00:00.000Z'],
    ['2026-11-29T08:00', '2026-11-29T08:00:00.000Z'],
    ['2026-11-29 08:00:01', '2026-11-29T08:00:01.000Z'],
    ['2026-11-29T08:00:01.123456789', '2026-11-29T08:00:01.123Z'],
    ['2026-11-29T08:00:01Z', '2026-11-29T08:00:01.000Z'],
    ['2026-11-29T08:00:01+05:45', '2026-11-29T02:15:01.000Z'],
    ['2026-11-29T08:00:01-0330', '2026-11-29T11:30:01.000Z'],
  ])('%s is UTC unless it has a zone', (text, moment) => {
    expect(rowTime({ at: text }, 'at')?.toISOString()).toBe(moment);
  });

  it.each([undefined, null, ''])('is none for %j', (value) => {
    expect(rowTime({ at: value }, 'at')).toBeNull();
  });

  it.each(['29.11.2026', '2026-11-29T25:00', '2026-13-01', 1790000000, 'Nov 29 2026'])('is refused for %j', (value) => {
    expect(() => rowTime({ at: value }, 'at')).toThrow(InvalidRow);
  });
});
