/** Counts the turns of this process's event loop. */

import { closeLater } from './closing.js';

export interface TurnCount {
  /** How many there have been since the count began. */
  now(): number;
  stop(): void;
}

export function countTurns(): TurnCount {
  let turns = 0;
  const count = (): void => {
    turns += 1;
    next = setImmediate(count);
  };
  let next = setImmediate(count);
  const stop = closeLater(() => {
    clearImmediate(next);
  });
  return {
    now: () => turns,
    stop: () => void stop(),
  };
}
