/** The fair queue: its order, its reserved slot, and which work is rejected. */
import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Overload } from '../errors.js';
import { FairQueue } from './fair-queue.js';

type Purpose = 'vital' | 'one' | 'other';

const onReject = { message: 'come back', retryAfterSeconds: 3 };

describe('a fair queue', () => {
  let begun: string[];
  let ends: (() => void)[];
  let queue: FairQueue<Purpose>;

  const queueOf = (concurrent: number, maxWaiting = 100): FairQueue<Purpose> =>
    new FairQueue<Purpose>({ concurrent, maxWaiting, reserved: ['vital'], onReject });

  beforeEach(() => {
    [begun, ends] = [[], []];
    queue = queueOf(1);
  });

  /** Work that lasts until {@link endOne}; resolves with its name, or with the rejection. */
  const work = (purpose: Purpose, caller: string, name: string): Promise<unknown> =>
    queue
      .run({ purpose, caller: caller.split('/') }, () => {
        begun.push(name);
        return new Promise<string>((resolve) => {
          ends.push(() => {
            resolve(name);
          });
        });
      })
      .catch((error: unknown) => error);

  const endOne = async (): Promise<void> => {
    ends.shift()?.();
    await delay(1);
  };

  const finish = async (): Promise<void> => {
    await delay(1);
    while (ends.length > 0) await endOne();
  };

  it('runs a limited amount of work at a time, and returns its results', async () => {
    queue = queueOf(3);
    const results = ['a', 'b', 'c', 'd'].map((name) => work('vital', 'me', name));
    await delay(1);
    expect(begun).toEqual(['a', 'b', 'c']);
    expect(queue.waiting).toBe(1);
    await finish();
    expect(await Promise.all(results)).toEqual(['a', 'b', 'c', 'd']);
    expect(queue.waiting).toBe(0);
  });

  it('continues after work that fails', async () => {
    const turn = { purpose: 'one', caller: ['me'] } as const;
    const failed = queue.run(turn, () => Promise.reject(new Error('broken')));
    const next = queue.run(turn, () => Promise.resolve('next'));
    await expect(failed).rejects.toThrow('broken');
    expect(await next).toBe('next');
  });

  it('lets the callers of one purpose take turns, each in order of arrival', async () => {
    for (const name of ['a1', 'a2', 'a3', 'a4']) void work('one', 'a', name);
    for (const name of ['b1', 'b2']) void work('one', 'b', name);
    await finish();
    expect(begun).toEqual(['a1', 'a2', 'b1', 'a3', 'b2', 'a4']);
  });

  it('lets groups take turns first, however many callers they have', async () => {
    for (const name of ['a1', 'a2', 'a3', 'a4']) void work('one', `many/${name}`, name);
    void work('one', 'few/b', 'b1');
    void work('one', 'few/b', 'b2');
    await finish();
    expect(begun).toEqual(['a1', 'a2', 'b1', 'a3', 'b2', 'a4']);
  });

  it('lets the purposes take turns', async () => {
    for (const name of ['a1', 'a2', 'a3']) void work('one', name, name);
    for (const name of ['b1', 'b2']) void work('other', name, name);
    await finish();
    expect(begun).toEqual(['a1', 'a2', 'b1', 'a3', 'b2']);
  });

  it('keeps a slot for the reserved purpose, which may use the other slots too', async () => {
    queue = queueOf(2);
    for (const name of ['a1', 'a2']) void work('one', name, name);
    for (const name of ['b1', 'b2']) void work('other', name, name);
    await delay(1);
    expect(begun).toEqual(['a1']);
    void work('vital', 'v', 'v1');
    await delay(1);
    expect(begun).toEqual(['a1', 'v1']);
    await finish();
    expect(begun).toHaveLength(5);
    void work('vital', 'v', 'v2');
    void work('vital', 'v', 'v3');
    await delay(1);
    expect(begun.slice(5)).toEqual(['v2', 'v3']);
    await finish();
  });

  it('rejects the work of the caller with the most waiting, the newest first', async () => {
    queue = queueOf(1, 3);
    const flood = ['a1', 'a2', 'a3', 'a4', 'a5'].map((name) => work('one', 'a', name));
    expect(await flood[4]).toBeInstanceOf(Overload);
    expect(await flood[4]).toMatchObject({ code: 'unavailable', message: 'come back', retryAfterSeconds: 3 });
    const others = [work('one', 'b', 'b1'), work('one', 'c/x', 'c1'), work('one', 'd', 'd1')];
    expect(await flood[3]).toBeInstanceOf(Overload);
    expect(await flood[2]).toBeInstanceOf(Overload);
    expect(await others[2]).toBeInstanceOf(Overload);
    await finish();
    expect(begun).toEqual(['a1', 'a2', 'b1', 'c1']);
  });

  it('rejects nobody of one group for another group that has as much waiting', async () => {
    queue = queueOf(1, 4);
    void work('one', 'a/1', 'begun');
    const group = ['a/1', 'a/1', 'a/2', 'b/1'].map((caller, at) => work('one', caller, `${caller} ${String(at)}`));
    const late = work('one', 'b/2', 'late');
    expect(await group[1]).toBeInstanceOf(Overload);
    expect(await work('one', 'b/2', 'too late')).toBeInstanceOf(Overload);
    await finish();
    expect(await late).toBe('late');
  });

  it('lets no purpose take the places of another', async () => {
    queue = queueOf(1, 1);
    void work('one', 'a', 'a1');
    void work('one', 'a', 'a2');
    const other = work('other', 'a', 'b1');
    await finish();
    expect(await other).toBe('b1');
  });
});
