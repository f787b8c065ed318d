/** The relay of an SQLite file discards what was cached whenever the database may have changed, or cannot tell. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { EventBus } from '../../core/index.js';
import { SqliteRelay, type ForeignCommits } from './sqlite-relay.js';

/** The commits that the database tells of: each step is a turn of the event loop. */
async function resyncsOf(steps: readonly { changed: boolean; count: number | Error }[]): Promise<boolean[]> {
  let now = steps[0];
  const commits: ForeignCommits = {
    mayHaveChanged: () => now?.changed ?? false,
    count: () => {
      if (now?.count instanceof Error) throw now.count;
      return now?.count;
    },
  };
  const bus = new EventBus();
  let resynced = false;
  bus.onResync(() => {
    resynced = true;
  });
  const relay = new SqliteRelay(bus, commits);
  const seen: boolean[] = [];
  for (now of steps.slice(1)) {
    resynced = false;
    relay.isCurrent();
    seen.push(resynced);
    await nextTurn();
  }
  relay.onModuleDestroy();
  return seen;
}

const UNREADABLE = new Error('disk I/O error');

describe('the relay of an SQLite file', () => {
  it('discards the caches after commits of others only', async () => {
    const seen = await resyncsOf([
      { changed: true, count: 1 },
      { changed: false, count: 1 },
      { changed: true, count: 1 },
      { changed: true, count: 2 },
      { changed: false, count: 2 },
    ]);
    expect(seen).toEqual([false, false, true, false]);
  });

  it('keeps nothing while the database cannot be read, and discards once more when it can', async () => {
    const seen = await resyncsOf([
      { changed: true, count: 1 },
      { changed: true, count: UNREADABLE },
      { changed: false, count: UNREADABLE },
      { changed: false, count: 1 },
      { changed: false, count: 1 },
    ]);
    expect(seen).toEqual([true, true, true, false]);
  });
});
