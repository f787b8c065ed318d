/** Shares the event loop among long pieces of work, so that requests are served between them. */

const waiting: (() => void)[] = [];

/**
 * Await it before each piece of long work, which should take a few milliseconds. It resolves in a later turn of the
 * event loop, for one caller per turn, in order of arrival: the network is looked at between any two pieces.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    if (waiting.length === 1) setImmediate(admitOne);
  });
}

/** An immediate set here runs in the next turn, not in this one. */
function admitOne(): void {
  waiting.shift()?.();
  if (waiting.length > 0) setImmediate(admitOne);
}
