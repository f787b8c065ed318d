/**
 * Closes what a suite has started, whatever happens to its tests: what a test has started when that test ends, everything
 * else when the file ends. What was started last is closed first.
 */

export type Close = () => Promise<void>;

type Hook = (work: () => unknown) => void;

const ofFile = new Set<Close>();
const ofTest = new Set<Close>();

/** Where the next one is added. */
let scope = ofFile;

/**
 * Closes something at the end of the test that is running, or of the file.
 * @returns a function that closes it earlier, and only once
 */
export function closeLater(close: () => unknown): Close {
  const registered = scope;
  let closing: Promise<void> | undefined;
  const closeOnce: Close = () => {
    closing ??= (async () => {
      registered.delete(closeOnce);
      await close();
    })();
    return closing;
  };
  registered.add(closeOnce);
  return closeOnce;
}

/** Destroys a request, a socket or the like at that end, unless it has closed before. */
export function destroyLater(stream: {
  destroy(): unknown;
  once(event: 'close', listener: () => void): unknown;
}): void {
  const close = closeLater(() => stream.destroy());
  stream.once('close', () => void close());
}

async function closeAll(open: Set<Close>): Promise<void> {
  const errors: unknown[] = [];
  for (const close of [...open].reverse()) await close().catch((error: unknown) => errors.push(error));
  if (errors.length > 0) throw new AggregateError(errors, 'not everything could be closed');
}

// The hooks are those of the file. Programs in bench/ use the same support without Jest.
const { beforeEach, afterEach, afterAll } = globalThis as Partial<
  Record<'beforeEach' | 'afterEach' | 'afterAll', Hook>
>;
beforeEach?.(() => {
  scope = ofTest;
});
afterEach?.(async () => {
  scope = ofFile;
  await closeAll(ofTest);
});
afterAll?.(() => closeAll(ofFile));
if (!afterAll) process.once('exit', () => void Promise.all([...ofFile].map((close) => close())));
