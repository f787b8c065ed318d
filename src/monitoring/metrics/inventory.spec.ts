import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { Inventory, type InventoryCount } from './inventory.js';

/** An inventory whose counts take some time, and how many there were. */
function counting(tookMs: number, reuseMs: number): { inventory: Inventory; counts: () => number } {
  let counts = 0;
  const tokens = async (): Promise<InventoryCount['tokens']> => {
    counts += 1;
    await delay(tookMs);
    return new Map();
  };
  return {
    inventory: new Inventory({ tokens, bytes: () => Promise.resolve({}) }, reuseMs),
    counts: () => counts,
  };
}

describe('the inventory', () => {
  it('counts once for all who ask at the same time', async () => {
    const { inventory, counts } = counting(5, 0);
    await Promise.all([inventory.current(), inventory.current()]);
    expect(counts()).toBe(1);
  });

  it('rests for many times as long as a count took, however short the numbers are kept', async () => {
    const { inventory, counts } = counting(20, 0);
    const first = await inventory.current();
    await delay(20);
    expect(await inventory.current()).toBe(first);
    expect(counts()).toBe(1);
    await delay(20 * 25);
    expect(await inventory.current()).not.toBe(first);
    expect(counts()).toBe(2);
  });

  it('keeps the numbers for as long as the setting says', async () => {
    const { inventory, counts } = counting(0, 60_000);
    const first = await inventory.current();
    await delay(60);
    expect(await inventory.current()).toBe(first);
    expect(counts()).toBe(1);
  });
});
