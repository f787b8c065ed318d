import { setImmediate as immediate } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { nextTurn } from './turns.js';

it('admits one caller per turn of the event loop, in order of arrival', async () => {
  const admitted: number[] = [];
  const perTurn: number[] = [];
  const callers = [0, 1, 2, 3].map(async (caller) => {
    await nextTurn();
    admitted.push(caller);
  });
  while (admitted.length < callers.length) {
    const before = admitted.length;
    await immediate();
    perTurn.push(admitted.length - before);
  }
  expect(admitted).toEqual([0, 1, 2, 3]);
  expect(Math.max(...perTurn)).toBe(1);
});

it('lets others run between the pieces of one caller', async () => {
  let turns = 0;
  const count = (): void => {
    turns += 1;
    counting = setImmediate(count);
  };
  let counting = setImmediate(count);
  for (let piece = 0; piece < 10; piece += 1) await nextTurn();
  clearImmediate(counting);
  expect(turns).toBeGreaterThanOrEqual(9);
});
