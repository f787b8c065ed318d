/** Sends lists of any length as JSON, one batch of items at a time, with the bytes that `response.json` would send. */
import type { Response } from 'express';
import { streamText } from './text-stream.js';

const HEADERS = { 'Content-Type': 'application/json; charset=utf-8' };

/**
 * Sends an array. An error before the second batch is thrown; a later one closes the connection.
 * @param batches - none of them empty
 */
export function streamJsonArray<T>(
  response: Response,
  batches: AsyncGenerator<readonly T[]>,
  view: (item: T) => unknown,
): Promise<void> {
  return streamText(
    response,
    HEADERS,
    jsonText(batches, view, '[', () => ']'),
  );
}

/**
 * Sends an envelope with an array in it. An error before the second batch is thrown; a later one closes the connection.
 * @param batches - none of them empty
 * @param envelope - returns the envelope for a number of items; only what comes after the list may depend on it
 * @param member - the name of the list in the envelope, where its value is ignored
 */
export function streamJsonList<T>(
  response: Response,
  batches: AsyncGenerator<readonly T[]>,
  view: (item: T) => unknown,
  envelope: (count: number) => object,
  member = 'result',
): Promise<void> {
  const [before] = around(envelope(0), member);
  const after = (count: number): string => around(envelope(count), member)[1];
  return streamText(response, HEADERS, jsonText(batches, view, before, after));
}

async function* jsonText<T>(
  batches: AsyncGenerator<readonly T[]>,
  view: (item: T) => unknown,
  before: string,
  after: (count: number) => string,
): AsyncGenerator<string, void> {
  let count = 0;
  let separator = before;
  let text = '';
  for await (const batch of batches) {
    if (count > 0) yield text;
    text = separator + batch.map((item) => JSON.stringify(view(item))).join(',');
    separator = ',';
    count += batch.length;
  }
  yield `${count === 0 ? before : text}${after(count)}`;
}

/** The text of an object before and after the items of its array. */
function around(envelope: object, member: string): [string, string] {
  const entries = Object.entries(envelope);
  const at = entries.findIndex(([name]) => name === member);
  const text = (some: [string, unknown][]): string[] =>
    some.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
  const before = [...text(entries.slice(0, at)), `${JSON.stringify(member)}:[`].join(',');
  return [`{${before}`, `${[']', ...text(entries.slice(at + 1))].join(',')}}`];
}
