import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { ReadWriteLock } from './read-write-lock.js';

/** Work that lasts until the test ends it, and records when it runs. */
function controlled(log: string[], name: string): { work: () => Promise<void>; end: () => void } {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  const work = async (): Promise<void> => {
    log.push(`${name} begins`);
    await ended;
    log.push(`${name} ends`);
  };
  return { work, end };
}

describe('the read-write lock', () => {
  it('runs readers concurrently', async () => {
    const lock = new ReadWriteLock();
    const log: string[] = [];
    const [one, two] = [controlled(log, 'one'), controlled(log, 'two')];
    const both = [lock.shared(one.work), lock.shared(two.work)];
    await turn();
    expect(log).toEqual(['one begins', 'two begins']);
    one.end();
    two.end();
    await Promise.all(both);
  });

  it('runs a writer alone: readers and writers that arrive later wait', async () => {
    const lock = new ReadWriteLock();
    const log: string[] = [];
    const [writer, reader, next] = [controlled(log, 'writer'), controlled(log, 'reader'), controlled(log, 'next')];
    const all = [lock.exclusive(writer.work), lock.shared(reader.work), lock.exclusive(next.work)];
    await turn();
    expect(log).toEqual(['writer begins']);
    writer.end();
    await turn();
    expect(log).toEqual(['writer begins', 'writer ends', 'reader begins']);
    reader.end();
    await turn();
    expect(log.slice(3)).toEqual(['reader ends', 'next begins']);
    next.end();
    await Promise.all(all);
  });

  it('prevents readers from starving a writer: later readers wait for it', async () => {
    const lock = new ReadWriteLock();
    const log: string[] = [];
    const [early, writer, late] = [controlled(log, 'early'), controlled(log, 'writer'), controlled(log, 'late')];
    const all = [lock.shared(early.work), lock.exclusive(writer.work), lock.shared(late.work)];
    await turn();
    expect(log).toEqual(['early begins']);
    early.end();
    await turn();
    expect(log).toEqual(['early begins', 'early ends', 'writer begins']);
    writer.end();
    await turn();
    expect(log.slice(3)).toEqual(['writer ends', 'late begins']);
    late.end();
    await Promise.all(all);
  });

  it('prevents writers from starving a reader: it runs after the current writer', async () => {
    const lock = new ReadWriteLock();
    const log: string[] = [];
    const writers = [1, 2, 3].map((number) => controlled(log, `writer ${String(number)}`));
    const reader = controlled(log, 'reader');
    const all = [...writers.map(({ work }) => lock.exclusive(work)), lock.shared(reader.work)];
    writers[0]?.end();
    reader.end();
    await turn();
    expect(log).toEqual(['writer 1 begins', 'writer 1 ends', 'reader begins', 'reader ends', 'writer 2 begins']);
    for (const { end } of writers) end();
    await Promise.all(all);
  });

  it.each(['shared', 'exclusive'] as const)('is released after %s work that failed', async (method) => {
    const lock = new ReadWriteLock();
    await expect(lock[method](() => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    await expect(lock.exclusive(() => Promise.resolve('write'))).resolves.toBe('write');
    await expect(lock.shared(() => Promise.resolve('read'))).resolves.toBe('read');
  });

  it('never runs anything concurrently with a writer, under random load', async () => {
    const lock = new ReadWriteLock();
    const inside = { readers: 0, writers: 0 };
    const faults: string[] = [];
    const check = (): void => {
      if (inside.writers > 1 || (inside.writers > 0 && inside.readers > 0)) faults.push(JSON.stringify(inside));
    };
    const visit = (index: number): Promise<void> => {
      const isWriter = index % 4 === 0;
      const who = isWriter ? 'writers' : 'readers';
      return lock[isWriter ? 'exclusive' : 'shared'](async () => {
        inside[who] += 1;
        check();
        for (let turns = index % 5; turns > 0; turns -= 1) await turn();
        check();
        inside[who] -= 1;
        if (index % 7 === 0) throw new Error('some fail');
      }).catch(() => undefined);
    };
    const visits: Promise<void>[] = [];
    for (let index = 0; index < 400; index += 1) {
      visits.push(visit(index));
      if (index % 11 === 0) await turn();
    }
    await Promise.all(visits);
    expect(faults).toEqual([]);
    expect(inside).toEqual({ readers: 0, writers: 0 });
  });
});
