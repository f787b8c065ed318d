import { describe, expect, it } from '@jest/globals';
import { Change, type ChangeTarget } from './changes.js';
import { EventBus } from './event-bus.js';

class Moved extends Change {
  readonly type: string = 'thing.moved';
  readonly target: ChangeTarget = { type: 'server', id: null, name: null };
}

class MovedFar extends Moved {
  override readonly type = 'thing.moved_far';
}

class Painted extends Moved {
  override readonly type = 'thing.painted';
}

describe('a listener to changes', () => {
  it('receives those of its classes, subclasses included, or all of them', async () => {
    const bus = new EventBus();
    const heard: Record<string, string[]> = { all: [], moved: [], far: [], none: [] };
    const listen =
      (name: string): ((change: Change) => void) =>
      (change) =>
        heard[name]?.push(change.type);
    bus.subscribe(listen('all'));
    bus.subscribe(listen('moved'), [Moved]);
    bus.subscribe(listen('far'), [MovedFar]);
    bus.subscribe(listen('none'), []);
    await bus.deliver([new MovedFar(), new Painted()]);
    expect(heard).toEqual({
      all: ['thing.moved_far', 'thing.painted'],
      moved: ['thing.moved_far', 'thing.painted'],
      far: ['thing.moved_far'],
      none: [],
    });
  });

  it('receives nothing any more once it has been removed', async () => {
    const bus = new EventBus();
    const heard: string[] = [];
    const stop = bus.subscribe(({ type }) => void heard.push(type), [Moved]);
    stop();
    await bus.deliver([new Moved()]);
    expect(heard).toEqual([]);
  });
});
