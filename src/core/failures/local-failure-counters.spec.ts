/** Failure counters in memory: when a bucket is full, for how long, and which buckets are kept. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Clock } from '../clock.js';
import { LocalFailureCounters } from './local-failure-counters.js';

const WINDOW_MS = 100_000;
const CAPACITY = 5;
const STEP_MS = WINDOW_MS / CAPACITY;

class SetClock extends Clock {
  time = 1_900_000_000_000;

  now(): Date {
    return new Date(this.time);
  }
}

describe('failure counters in memory', () => {
  let clock: SetClock;
  let counters: LocalFailureCounters;

  beforeEach(() => {
    clock = new SetClock();
    counters = new LocalFailureCounters(clock, 1000);
  });

  const limit = (key: string, capacity = CAPACITY): { key: string; capacity: number } => ({ key, capacity });
  const waitOf = async (key: string, capacity = CAPACITY): Promise<number | undefined> =>
    (await counters.count([limit(key, capacity)], WINDOW_MS))?.waitMs;
  const fill = async (key: string, capacity = CAPACITY): Promise<void> => {
    for (let count = 0; count < capacity; count += 1) expect(await waitOf(key, capacity)).toBeUndefined();
  };

  it.each([1, 3, 5, 7, 10, 100, 1009])('allow %i failures within a window, and no more', async (capacity) => {
    await fill('a', capacity);
    expect(await waitOf('a', capacity)).toBeCloseTo(WINDOW_MS / capacity, 0);
    clock.time += WINDOW_MS;
    await fill('a', capacity);
    expect(await waitOf('a', capacity)).toBeDefined();
  });

  it('allow one more each time a step has passed, which refusals do not delay', async () => {
    await fill('a');
    for (let count = 0; count < 100; count += 1) expect(await waitOf('a')).toBe(STEP_MS);
    clock.time += STEP_MS - 1;
    expect(await waitOf('a')).toBe(1);
    clock.time += 1;
    expect(await waitOf('a')).toBeUndefined();
    expect(await waitOf('a')).toBe(STEP_MS);
  });

  it('count against all limits or none, and return the one with the longest wait', async () => {
    const limits = [limit('small', 2), limit('large', 4), limit('other', 2)];
    await waitOf('small', 2);
    expect(await counters.count(limits, WINDOW_MS)).toBeNull();
    expect(await counters.count(limits, WINDOW_MS)).toEqual({ limit: limits[0], waitMs: WINDOW_MS / 2 });
    // The refusal has counted nothing.
    for (const [key, capacity, left] of [
      ['large', 4, 3],
      ['other', 2, 1],
    ] as const) {
      for (let count = 0; count < left; count += 1) expect(await waitOf(key, capacity)).toBeUndefined();
      expect(await waitOf(key, capacity)).toBe(WINDOW_MS / capacity);
    }
  });

  it('delete a bucket that becomes empty', async () => {
    const limits = [limit('a'), limit('b')];
    await counters.count(limits, WINDOW_MS);
    await counters.count([limit('b')], WINDOW_MS);
    expect(counters.size).toBe(2);
    await counters.takeBack(limits, WINDOW_MS);
    expect(counters.size).toBe(1);
    await counters.forget('b');
    expect(counters.size).toBe(0);
    await counters.takeBack(limits, WINDOW_MS);
    expect(counters.size).toBe(0);
  });

  it('stay full when the clock goes backwards, and for no longer than a window', async () => {
    await fill('a');
    clock.time -= 3_600_000;
    expect(await waitOf('a')).toBe(STEP_MS);
    clock.time += STEP_MS;
    await expect(counters.count([limit('a')], WINDOW_MS)).resolves.not.toBeNull();
    clock.time -= STEP_MS;
    clock.time += 3_600_000 + STEP_MS;
    expect(await waitOf('a')).toBeUndefined();
  });

  it('are bounded, and a flood of 50,000 names displaces no full one', async () => {
    await fill('victim');
    await fill('half', 3);
    for (let name = 0; name < 50_000; name += 1) {
      await counters.count([limit(`name ${String(name)}`)], WINDOW_MS);
    }
    expect(counters.size).toBeLessThanOrEqual(1000);
    expect(await waitOf('victim')).toBe(STEP_MS);
    expect(await waitOf('half', 3)).toBeDefined();
  });

  it('drop the emptiest first, whatever their capacities, and of equals the oldest', async () => {
    counters = new LocalFailureCounters(clock, 10);
    await fill('full', 100);
    await fill('fuller', 2);
    for (let name = 0; name < 9; name += 1) await counters.count([limit(`name ${String(name)}`)], WINDOW_MS);
    // Ten, less a tenth, are kept.
    expect(counters.size).toBe(9);
    expect(await waitOf('full', 100)).toBeDefined();
    expect(await waitOf('fuller', 2)).toBeDefined();
    for (let name = 2; name < 9; name += 1) {
      for (let count = 1; count < CAPACITY; count += 1) await waitOf(`name ${String(name)}`);
      expect(await waitOf(`name ${String(name)}`)).toBeDefined();
    }
  });
});
