/** Long lists as JSON: written batch by batch, as fast as the client reads. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Logger } from '@nestjs/common';
import type { Response } from 'express';
import { describeForLog } from './log-line.js';

const logger = new Logger('JsonStream');

/**
 * Writes an envelope whose first member `result` is the list; the rest is made when the number of items is known.
 * An error before the first batch is thrown; one after it cuts the connection.
 * @param envelope - the members of the envelope by the number of items; its own `result` is not used
 */
export async function streamJsonList<T>(
  response: Response,
  batches: AsyncGenerator<T[]>,
  view: (item: T) => unknown,
  envelope: (count: number) => object,
): Promise<void> {
  const first = await batches.next();
  response.type('application/json');
  const text = jsonText(first, batches, view, envelope);
  await pipeline(Readable.from(text), response).catch((error: unknown) => {
    response.destroy();
    // Unless the client itself has gone.
    const { code } = error as { code?: string };
    if (code !== 'ERR_STREAM_PREMATURE_CLOSE') logger.error(describeForLog(error));
  });
}

async function* jsonText<T>(
  first: IteratorResult<T[]>,
  batches: AsyncGenerator<T[]>,
  view: (item: T) => unknown,
  envelope: (count: number) => object,
): AsyncGenerator<string> {
  let count = 0;
  const items = (batch: T[]): string => {
    const text = batch.map((item) => JSON.stringify(view(item))).join(',');
    const separator = count > 0 && batch.length > 0 ? ',' : '';
    count += batch.length;
    return separator + text;
  };
  yield '{"result":[';
  if (!first.done) yield items(first.value);
  for await (const batch of batches) yield items(batch);
  const { result: _result, ...rest } = envelope(count) as { result?: unknown };
  yield `],${JSON.stringify(rest).slice(1)}`;
}
