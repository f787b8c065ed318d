import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { RecentValues } from './recent-values.js';

describe('recent values', () => {
  afterEach(() => {
    jest.useRealTimers();
  });

  it('are forgotten when others take their place, those first that were used the longest ago', () => {
    const values = new RecentValues<string, number>(2);
    values.set('a', 1);
    values.set('b', 2);
    values.get('a');
    values.set('c', 3);
    expect(['a', 'b', 'c'].map((key) => values.get(key))).toEqual([1, undefined, 3]);
  });

  it('are forgotten when they are too old', () => {
    const now = jest.spyOn(performance, 'now').mockReturnValue(10_000);
    // The clock is read once a second.
    jest.useFakeTimers({ doNotFake: ['performance'] });
    const values = new RecentValues<string, number>(2, 5);
    values.set('a', 1);
    now.mockReturnValue(14_000);
    jest.advanceTimersByTime(1000);
    expect(values.get('a')).toBe(1);
    now.mockReturnValue(16_000);
    jest.advanceTimersByTime(1000);
    expect(values.get('a')).toBeUndefined();
  });

  it('are not kept at all if there may be none', () => {
    const values = new RecentValues<string, number>(0);
    values.set('a', 1);
    expect(values.get('a')).toBeUndefined();
  });

  it('are forgotten one by one or all at once', () => {
    const values = new RecentValues<string, number>(3);
    for (const key of ['a', 'b', 'c']) values.set(key, 1);
    values.delete('a');
    expect(['a', 'b'].map((key) => values.get(key))).toEqual([undefined, 1]);
    values.clear();
    expect(['b', 'c'].map((key) => values.get(key))).toEqual([undefined, undefined]);
  });

  it('allocate nothing before the first is kept', () => {
    const before = process.memoryUsage().heapUsed;
    const values = Array.from({ length: 20 }, () => new RecentValues<string, number>(100_000));
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(1_000_000);
    expect(values).toHaveLength(20);
  });
});
