import { describe, expect, it } from '@jest/globals';
import { ItemStore } from './item-store.js';
import type { Item } from './watched-resource.js';

const item = (number: number, text = ''): Item => {
  const key = String(number);
  return { key, rank: key.padStart(6, '0'), json: JSON.stringify({ number, text }) };
};

const lineOf = async (store: ItemStore): Promise<string> => Buffer.concat(await store.firstLine()).toString();

/** The expected line: the items in the order of the list. */
const expected = (items: readonly Item[]): string =>
  `[${[...items]
    .sort((one, other) => Number(one.key) - Number(other.key))
    .map(({ json }) => json)
    .join(',')}]\n`;

describe('ItemStore', () => {
  it('builds the line of no item, of one, and of an object instead of a list', async () => {
    const [list, single] = [new ItemStore(true), new ItemStore(false)];
    expect(await lineOf(list)).toBe('[]\n');
    list.put(item(1));
    single.put(item(1));
    expect(await lineOf(list)).toBe('[{"number":1,"text":""}]\n');
    expect(await lineOf(single)).toBe('{"number":1,"text":""}\n');
    expect([list.lineOf('{}'), single.lineOf('{}')].map(String)).toEqual(['[{}]\n', '{}\n']);
  });

  it('tells whether an item differs', () => {
    const store = new ItemStore(true);
    expect([store.put(item(1)), store.put(item(1)), store.put(item(1, 'new')), store.put(item(1, 'new'))]).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect(store.get('1')).toEqual(item(1, 'new'));
    expect(store.get('2')).toBeUndefined();
  });

  it('keeps the order of the list, whatever is added, changed and removed', async () => {
    const store = new ItemStore(true);
    const held = new Map<string, Item>();
    let seed = 7;
    const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
    for (let number = 0; number < 1800; number += 3) held.set(String(number), item(number));
    for (const each of held.values()) store.put(each);
    for (let step = 0; step < 4000; step += 1) {
      const number = random(2500);
      if (step % 3 === 0) {
        store.remove(String(number));
        held.delete(String(number));
      } else {
        const changed = item(number, String(step));
        expect(store.put(changed)).toBe(true);
        held.set(changed.key, changed);
      }
      if (step % 500 === 0) expect(await lineOf(store)).toBe(expected([...held.values()]));
    }
    expect(await lineOf(store)).toBe(expected([...held.values()]));
    expect(new Set(store.keys())).toEqual(new Set(held.keys()));
    for (const key of store.keys()) store.remove(key);
    expect([store.size, await lineOf(store)]).toEqual([0, '[]\n']);
  });

  it('builds the line once for each state, and after a change only the affected part', async () => {
    const store = new ItemStore(true);
    for (let number = 0; number < 3000; number += 1) store.put(item(number));
    const before = await store.firstLine();
    expect(await store.firstLine()).toBe(before);
    store.put(item(700, 'changed'));
    const after = await store.firstLine();
    const kept = after.filter((buffer) => before.includes(buffer)).length;
    expect(after.length).toBeGreaterThan(4);
    expect(kept).toBeGreaterThanOrEqual(after.length - 3);
  });
});
