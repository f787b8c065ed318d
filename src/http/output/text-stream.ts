/** Sends text of any length, as fast as the client reads it. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Logger } from '@nestjs/common';
import type { Response } from 'express';
import { errorSummary } from '../../core/index.js';

/** A client that takes nothing from the connection between two looks at it is disconnected. */
const LOOK_MS = 60_000;

const logger = new Logger('TextStream');

/**
 * Sends an answer in bounded memory; a single piece is sent with its length. An error before the second piece is thrown,
 * and nothing is sent; a later one closes the connection, so that clients see the answer is incomplete.
 * @param headers - sent with the first piece
 */
export async function streamText(
  response: Response,
  headers: Readonly<Record<string, string>>,
  pieces: AsyncGenerator<string, void>,
): Promise<void> {
  try {
    const first = (await pieces.next()).value ?? '';
    const second = await pieces.next();
    response.set(headers);
    if (second.done) sendWhole(response, first);
    else if (response.req.method === 'HEAD') response.end();
    else await sendAll(response, continued([first, second.value], pieces));
  } finally {
    // Ends it also when the client has left before anything was sent.
    await pieces.return();
  }
}

function sendWhole(response: Response, text: string): void {
  const bytes = Buffer.from(text);
  response.set('Content-Length', String(bytes.length));
  response.end(response.req.method === 'HEAD' ? undefined : bytes);
}

async function sendAll(response: Response, pieces: AsyncGenerator<string, void>): Promise<void> {
  const looks = setInterval(lookAt(response), LOOK_MS).unref();
  try {
    await pipeline(Readable.from(pieces), response);
  } catch (error) {
    response.destroy();
    // A client that disconnects is not worth logging.
    const { code } = error as { code?: string };
    if (code !== 'ERR_STREAM_PREMATURE_CLOSE') logger.error(errorSummary(error));
  } finally {
    clearInterval(looks);
  }
}

/** Closes the connection if its client has taken nothing since the last look. */
function lookAt(response: Response): () => void {
  let before = -1;
  return () => {
    const { socket, writableLength } = response;
    const taken = socket ? socket.bytesWritten - socket.writableLength : 0;
    if (writableLength > 0 && taken === before) response.destroy();
    before = taken;
  };
}

async function* continued(first: readonly string[], rest: AsyncGenerator<string, void>): AsyncGenerator<string, void> {
  yield* first;
  yield* rest;
}
