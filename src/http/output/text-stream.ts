/** Streams long text responses, as fast as the client reads them. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Logger } from '@nestjs/common';
import type { Response } from 'express';
import { errorSummary } from '../../core/index.js';

const logger = new Logger('TextStream');

/**
 * Writes a response of any length in bounded memory. An error before the first piece is thrown, and nothing is sent; a
 * later one closes the connection, so that clients see the response is incomplete.
 * @param headers - sent with the first piece
 */
export async function streamText(
  response: Response,
  headers: Readonly<Record<string, string>>,
  pieces: AsyncGenerator<string>,
): Promise<void> {
  const first = await pieces.next();
  response.set(headers);
  await pipeline(Readable.from(continued(first, pieces)), response).catch((error: unknown) => {
    response.destroy();
    // A client that disconnects is not worth logging.
    const { code } = error as { code?: string };
    if (code !== 'ERR_STREAM_PREMATURE_CLOSE') logger.error(errorSummary(error));
  });
}

async function* continued(first: IteratorResult<string>, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  if (!first.done) yield first.value;
  yield* rest;
}
