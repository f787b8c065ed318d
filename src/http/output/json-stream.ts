/** Streams long lists as JSON, one batch of items at a time. */
import type { Response } from 'express';
import { streamText } from './text-stream.js';

/**
 * Writes an envelope whose first member `result` is the list; the others follow when the number of items is known.
 * An error before the first batch is thrown; a later one closes the connection.
 * @param envelope - returns the envelope for a number of items; its `result` is ignored
 */
export function streamJsonList<T>(
  response: Response,
  batches: AsyncGenerator<T[]>,
  view: (item: T) => unknown,
  envelope: (count: number) => object,
): Promise<void> {
  return streamText(response, { 'Content-Type': 'application/json' }, jsonText(batches, view, envelope));
}

async function* jsonText<T>(
  batches: AsyncGenerator<T[]>,
  view: (item: T) => unknown,
  envelope: (count: number) => object,
): AsyncGenerator<string> {
  let count = 0;
  let before = '{"result":[';
  for await (const batch of batches) {
    if (batch.length === 0) continue;
    yield before + batch.map((item) => JSON.stringify(view(item))).join(',');
    before = ',';
    count += batch.length;
  }
  const { result: _result, ...rest } = envelope(count) as { result?: unknown };
  yield `${count === 0 ? before : ''}],${JSON.stringify(rest).slice(1)}`;
}
