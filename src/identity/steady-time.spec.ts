import { expect, it } from '@jest/globals';
import { SteadyTime } from './steady-time.js';

const MINUTE = 60_000;
const DAY = 86_400_000;

it('is the time of the clock as long as that goes on evenly, or is set back', () => {
  let elapsed = 0;
  const steady = new SteadyTime(() => elapsed);
  expect(steady.at(1000)).toBe(1000);
  elapsed += MINUTE;
  expect(steady.at(1000 + MINUTE)).toBe(1000 + MINUTE);
  expect(steady.at(500)).toBe(500);
});

it('hardly moves while a clock is far ahead for a moment', () => {
  let elapsed = 0;
  const steady = new SteadyTime(() => elapsed);
  const start = steady.at(0);
  elapsed += 6500;
  const ahead = steady.at(400 * DAY);
  expect(ahead - start).toBeLessThan(3 * MINUTE);
  elapsed += MINUTE;
  expect(steady.at(elapsed)).toBe(elapsed);
});

it('follows a clock that stays ahead, as after a machine has slept', () => {
  let elapsed = 0;
  const steady = new SteadyTime(() => elapsed);
  steady.at(0);
  for (let round = 0; round < 70; round += 1) {
    elapsed += MINUTE;
    steady.at(DAY + elapsed);
  }
  expect(steady.at(DAY + elapsed)).toBe(DAY + elapsed);
});
