import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { CountedWarnings, SampledWarnings } from './sampled-warnings.js';

it('the first warning is logged at once, and those that follow as one line with their number', async () => {
  const lines: string[] = [];
  const warnings = new SampledWarnings({ warn: (text: string) => lines.push(text) }, 50);
  for (const name of ['a', 'b', 'c']) warnings.warn(`full: ${name}`);
  expect(lines).toEqual(['full: a']);
  await delay(80);
  expect(lines).toEqual(['full: a', 'full: c (2 more in 0.05 s)']);
  await delay(80);
  warnings.warn('full: d');
  expect(lines.slice(2)).toEqual(['full: d']);
});

it('what was counted is logged when a server stops, and not once more after that', async () => {
  const lines: string[] = [];
  const warnings = new SampledWarnings({ warn: (text: string) => lines.push(text) }, 50);
  for (const name of ['a', 'b', 'c']) warnings.warn(`full: ${name}`);
  new CountedWarnings().onApplicationShutdown();
  expect(lines).toEqual(['full: a', 'full: c (2 more)']);
  await delay(80);
  warnings.warn('full: d');
  expect(lines.slice(2)).toEqual(['full: d']);
});
