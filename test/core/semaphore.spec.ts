/** So much at a time, the rest in the order of its coming, and nobody waits longer than his patience. */
import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Turns } from '../../src/core/index.js';

const refusal = { message: 'come back', retryAfterSeconds: 3 };
const REFUSED = { code: 'unavailable', message: 'come back', retryAfterSeconds: 3 };

describe('turns', () => {
  let begun: string[];
  let ends: (() => void)[];

  beforeEach(() => {
    begun = [];
    ends = [];
  });

  /** Work that lasts until it is told to end. */
  const lasting = (name: string) => (): Promise<string> => {
    begun.push(name);
    return new Promise((resolve) => {
      ends.push(() => {
        resolve(name);
      });
    });
  };
  const endOne = async (): Promise<void> => {
    ends.shift()?.();
    await delay(1);
  };

  it('are so many at a time, in the order of their coming', async () => {
    const turns = new Turns({ concurrent: 2, refusal });
    const results = ['a', 'b', 'c', 'd'].map((name) => turns.take(lasting(name)));
    await delay(1);
    expect(begun).toEqual(['a', 'b']);
    await endOne();
    expect(begun).toEqual(['a', 'b', 'c']);
    for (const _rest of 'bcd') await endOne();
    expect(await Promise.all(results)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('are given on after work that fails', async () => {
    const turns = new Turns({ concurrent: 1, refusal });
    const failed = turns.take(() => Promise.reject(new Error('broken')));
    const next = turns.take(() => Promise.resolve('next'));
    await expect(failed).rejects.toThrow('broken');
    expect(await next).toBe('next');
  });

  it('are refused to whoever comes when as many wait as may', async () => {
    const turns = new Turns({ concurrent: 1, waiting: 1, refusal });
    const [first, second] = [turns.take(lasting('a')), turns.take(lasting('b'))];
    await expect(turns.take(lasting('c'))).rejects.toMatchObject(REFUSED);
    for (const _one of 'ab') await endOne();
    expect(await Promise.all([first, second])).toEqual(['a', 'b']);
  });

  it('are refused to whoever has waited enough, and pass over him', async () => {
    const turns = new Turns({ concurrent: 1, patienceMs: 20, refusal });
    const first = turns.take(lasting('a'));
    await expect(turns.take(lasting('b'))).rejects.toMatchObject(REFUSED);
    const third = turns.take(lasting('c'));
    for (const _one of 'ac') await endOne();
    expect(await Promise.all([first, third])).toEqual(['a', 'c']);
    expect(begun).toEqual(['a', 'c']);
    expect(await turns.take(() => Promise.resolve('d'))).toBe('d');
  });
});
