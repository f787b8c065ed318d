import { expect, it } from '@jest/globals';
import { SteadyTime as RealSteadyTime } from './steady-time.js';

class SteadyTime extends RealSteadyTime {
  constructor(private readonly given: () => number) {
    super();
  }

  protected override elapsed(): number {
    return this.given();
  }
}

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

it('begins where a server was when it last ran on the database', () => {
  let elapsed = 0;
  const steady = new SteadyTime(() => elapsed);
  expect(steady.hasBegun).toBe(false);
  steady.begin(DAY, 401 * DAY);
  expect(steady.hasBegun).toBe(true);
  expect(steady.at(401 * DAY)).toBe(DAY);
  elapsed += MINUTE;
  expect(steady.at(401 * DAY + elapsed)).toBe(DAY + 24 * MINUTE);
});

it('knows what a clock that is behind should say at least', () => {
  let elapsed = 0;
  const steady = new SteadyTime(() => elapsed);
  expect(steady.atLeast(DAY)).toBe(DAY);
  steady.begin(10 * DAY, DAY);
  elapsed += MINUTE;
  expect(steady.atLeast(DAY + MINUTE)).toBe(10 * DAY + MINUTE);
  expect(steady.atLeast(11 * DAY)).toBe(11 * DAY);
  expect(steady.at(DAY + MINUTE)).toBe(DAY + MINUTE);
});

it('is that of the clock at once after a short stop, on a new database, and when the clock is behind', () => {
  for (const recorded of [10 * DAY - MINUTE, null, 400 * DAY]) {
    const steady = new SteadyTime(() => 0);
    steady.begin(recorded, 10 * DAY);
    expect(steady.at(10 * DAY)).toBe(10 * DAY);
  }
});
