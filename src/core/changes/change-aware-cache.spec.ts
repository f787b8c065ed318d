import { beforeEach, describe, expect, it } from '@jest/globals';
import { ChangeAwareCache } from './change-aware-cache.js';
import { Change, type ChangeTarget } from './changes.js';
import { EventBus, LocalRelay } from './event-bus.js';

class Painted extends Change {
  readonly type = 'wall.painted';
  readonly target: ChangeTarget = { type: 'server', id: null, name: null };

  constructor(readonly wall: string) {
    super();
  }
}

interface Wall {
  readonly colour: string;
}

describe('ChangeAwareCache', () => {
  let events: EventBus;
  let cache: ChangeAwareCache<string, Wall>;
  let reads: { finish: (colour: string) => void }[];

  beforeEach(() => {
    events = new EventBus();
    reads = [];
    const staleKeys = (change: Change): string[] => (change instanceof Painted ? [change.wall] : []);
    cache = new ChangeAwareCache({ entries: 9, seconds: 9 }, new LocalRelay(events), events, [Painted], staleKeys);
  });

  const get = async (wall: string): Promise<string> => {
    const read = (): Promise<Wall> =>
      new Promise((resolve) => {
        reads.push({
          finish: (colour) => {
            resolve({ colour });
          },
        });
      });
    return (await cache.get(wall, read)).colour;
  };

  const cached = async (wall: string, colour: string): Promise<void> => {
    const got = get(wall);
    reads.at(-1)?.finish(colour);
    await got;
  };

  it('shares one read among simultaneous requests, and returns its result from then on', async () => {
    const both = [get('north'), get('north')];
    reads[0]?.finish('red');
    expect(await Promise.all([...both, get('north')])).toEqual(['red', 'red', 'red']);
    expect(reads).toHaveLength(1);
  });

  it('evicts what a change makes stale, and nothing else', async () => {
    await cached('north', 'red');
    await cached('south', 'blue');
    await events.deliver([new Painted('north')]);
    const north = get('north');
    expect(reads).toHaveLength(3);
    reads[2]?.finish('green');
    expect([await north, await get('south')]).toEqual(['green', 'blue']);
  });

  it('neither shares nor keeps a read that began before a change', async () => {
    const before = get('north');
    await events.deliver([new Painted('north')]);
    const after = get('north');
    expect(reads).toHaveLength(2);
    reads[1]?.finish('green');
    expect(await after).toBe('green');
    reads[0]?.finish('red');
    expect(await before).toBe('red');
    expect(await get('north')).toBe('green');
    expect(reads).toHaveLength(2);
  });

  it('reads everything once it is closed', async () => {
    await cached('north', 'red');
    cache.close();
    const again = get('north');
    reads[1]?.finish('green');
    expect(await again).toBe('green');
  });
});
