import { describe, expect, it } from '@jest/globals';
import { millisecondsOf } from './duration.js';

describe('a length of time', () => {
  it.each([
    [0, 0],
    [1.5, 1.5],
    ['250ms', 250],
    ['1s', 1000],
    ['1h30m', 5_400_000],
    ['31d', 2_678_400_000],
    ['1w', 604_800_000],
    ['1.5s', 1500],
    ['1m1ms', 60_001],
  ])('%j is %d ms', (length, milliseconds) => {
    expect(millisecondsOf(length)).toBe(milliseconds);
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, '', '1', '1 s', '-1s', '1y', 's'])('is not %j', (length) => {
    expect(() => millisecondsOf(length)).toThrow(/is not a length of time: give milliseconds as a number/);
  });
});
