/** The semaphore: its limit, its order, and its two ways to reject work. */
import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Semaphore } from './semaphore.js';

const onReject = { message: 'come back', retryAfterSeconds: 3 };
const REFUSED = { code: 'unavailable', message: 'come back', retryAfterSeconds: 3 };

describe('a semaphore', () => {
  let begun: string[];
  let ends: (() => void)[];

  beforeEach(() => {
    begun = [];
    ends = [];
  });

  /** Work that lasts until the test ends it. */
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

  it('runs a limited amount of work at a time, in order of arrival', async () => {
    const semaphore = new Semaphore({ concurrent: 2, onReject });
    const results = ['a', 'b', 'c', 'd'].map((name) => semaphore.run(lasting(name)));
    await delay(1);
    expect(begun).toEqual(['a', 'b']);
    await endOne();
    expect(begun).toEqual(['a', 'b', 'c']);
    for (const _rest of 'bcd') await endOne();
    expect(await Promise.all(results)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('continues after work that fails', async () => {
    const semaphore = new Semaphore({ concurrent: 1, onReject });
    const failed = semaphore.run(() => Promise.reject(new Error('broken')));
    const next = semaphore.run(() => Promise.resolve('next'));
    await expect(failed).rejects.toThrow('broken');
    expect(await next).toBe('next');
  });

  it('rejects work when the queue is full', async () => {
    const semaphore = new Semaphore({ concurrent: 1, maxWaiting: 1, onReject });
    const [first, second] = [semaphore.run(lasting('a')), semaphore.run(lasting('b'))];
    await expect(semaphore.run(lasting('c'))).rejects.toMatchObject(REFUSED);
    for (const _one of 'ab') await endOne();
    expect(await Promise.all([first, second])).toEqual(['a', 'b']);
  });

  it('rejects work that has waited too long, and skips it', async () => {
    const semaphore = new Semaphore({ concurrent: 1, maxWaitMs: 20, onReject });
    const first = semaphore.run(lasting('a'));
    await expect(semaphore.run(lasting('b'))).rejects.toMatchObject(REFUSED);
    const third = semaphore.run(lasting('c'));
    for (const _one of 'ac') await endOne();
    expect(await Promise.all([first, third])).toEqual(['a', 'c']);
    expect(begun).toEqual(['a', 'c']);
    expect(await semaphore.run(() => Promise.resolve('d'))).toBe('d');
  });
});
