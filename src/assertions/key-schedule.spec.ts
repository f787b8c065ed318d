import { describe, expect, it } from '@jest/globals';
import { currentKey, endOf, isOver, missingKeys, publishedKeys, type Scheduled } from './key-schedule.js';

const DAY_MS = 86_400_000;
const START = new Date('2026-11-29T00:00:00Z');
const after = (days: number): Date => new Date(START.getTime() + days * DAY_MS);
const key = (sequence: number, days: number): Scheduled => ({ sequence, signsFrom: after(days) });
const numbers = (keys: readonly Scheduled[]): number[] => keys.map(({ sequence }) => sequence);

const KEYS = [key(1, 0), key(2, 42), key(3, 84)];

describe('the schedule of keys', () => {
  it('begins with a current key and the next one, a whole rotation ahead', () => {
    expect(missingKeys([], START, 42)).toEqual([key(1, 0), key(2, 42)]);
  });

  it('needs another key as soon as the last one signs, and not earlier', () => {
    expect(missingKeys(KEYS.slice(0, 2), after(41.99), 42)).toEqual([]);
    expect(missingKeys(KEYS.slice(0, 2), after(42), 42)).toEqual([key(3, 84)]);
  });

  it('publishes a key a day before it signs, however late it is made', () => {
    expect(missingKeys(KEYS.slice(0, 2), after(200), 42)).toEqual([key(3, 201)]);
    expect(missingKeys([key(1, 0)], after(0.5), 1)).toEqual([key(2, 1.5)]);
  });

  it('makes up for a key that was made while the clock was far ahead, and lets it never sign', () => {
    const ahead = [key(1, 0), key(2, 42), key(3, 443)];
    expect(missingKeys(ahead, after(41), 42)).toEqual([]);
    expect(missingKeys(ahead, after(42), 42)).toEqual([key(4, 84)]);
    const mended = [...ahead, key(4, 84)];
    expect(missingKeys(mended, after(83), 42)).toEqual([]);
    expect(endOf(mended, key(2, 42))).toEqual(after(84));
    expect(currentKey(mended, after(500))?.sequence).toBe(4);
    expect(numbers(mended.filter((one) => isOver(mended, one, after(91))))).toEqual([1, 2, 3]);
  });

  it('replaces keys of a first start with such a clock after a day', () => {
    const ahead = [key(1, 400), key(2, 442)];
    expect(currentKey(ahead, START)?.sequence).toBe(1);
    expect(missingKeys(ahead, START, 42)).toEqual([key(3, 1)]);
    const mended = [...ahead, key(3, 1)];
    expect(endOf(mended, key(1, 400))).toEqual(after(1));
    expect(currentKey(mended, after(1))?.sequence).toBe(3);
    expect(missingKeys(mended, after(0.5), 42)).toEqual([]);
    expect(missingKeys(mended, after(1), 42)).toEqual([key(4, 43)]);
  });

  it('does not wait for a next key that an earlier, longer rotation has placed', () => {
    expect(missingKeys([key(1, 0), key(2, 90)], after(1), 7)).toEqual([key(3, 7)]);
    expect(missingKeys([key(1, 0), key(2, 42.03)], START, 42)).toEqual([]);
  });

  it('signs with the latest key that has begun', () => {
    expect([0, 41.99, 42, 83, 84, 500].map((days) => currentKey(KEYS, after(days))?.sequence)).toEqual([
      1, 1, 2, 2, 3, 3,
    ]);
    expect(currentKey(KEYS, after(-1))?.sequence).toBe(1);
    const none: Scheduled[] = [];
    expect(currentKey(none, START)).toBeUndefined();
    expect(endOf(KEYS, key(1, 0))).toEqual(after(42));
    expect(endOf(KEYS, key(3, 84))).toBeUndefined();
  });

  it('publishes the current key first, the next one, and the previous one for seven days', () => {
    expect(numbers(publishedKeys(KEYS, after(10)))).toEqual([1, 3, 2]);
    expect(numbers(publishedKeys(KEYS, after(42)))).toEqual([2, 3, 1]);
    expect(numbers(publishedKeys(KEYS, after(48.99)))).toEqual([2, 3, 1]);
    expect(numbers(publishedKeys(KEYS, after(49)))).toEqual([2, 3]);
    expect(isOver(KEYS, key(1, 0), after(48.99))).toBe(false);
    expect(isOver(KEYS, key(1, 0), after(49))).toBe(true);
    expect(isOver(KEYS, key(3, 84), after(5000))).toBe(false);
  });
});
