/** Sends text and files of any length, as fast as the client reads it. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Logger } from '@nestjs/common';
import type { Application, Response } from 'express';
import { errorSummary } from '../../core/index.js';
import { CapacityReports } from '../connections/capacity-reports.js';

/** Without another value. */
const STALLED_MS = 60_000;

const logger = new Logger('TextStream');
const reports = new CapacityReports('TextStream', 'stalled_answers');

/** How long the clients of an application may take nothing of an answer, in milliseconds. */
const LIMITS = new WeakMap<Application, number>();

/** Called once for an application: a client that takes nothing between two looks at its connection is disconnected. */
export function limitStalledAnswers(app: Application, stalledMs: number): void {
  LIMITS.set(app, stalledMs);
}

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
    else await sendAll(response, Readable.from(continued([first, second.value], pieces)));
  } finally {
    // Ends it also when the client has left before anything was sent.
    await pieces.return();
  }
}

/**
 * Sends a file with its length. A client that stalls is disconnected; so is one whose file cannot be read to its end.
 * @param bytes - the size of the file
 */
export async function streamFile(response: Response, source: Readable, bytes: number): Promise<void> {
  response.set('Content-Length', String(bytes));
  await sendAll(response, source);
}

function sendWhole(response: Response, text: string): void {
  const bytes = Buffer.from(text);
  response.set('Content-Length', String(bytes.length));
  response.end(response.req.method === 'HEAD' ? undefined : bytes);
}

async function sendAll(response: Response, source: Readable): Promise<void> {
  const stalledMs = LIMITS.get(response.app as Application) ?? STALLED_MS;
  const looks = setInterval(lookAt(response, stalledMs), stalledMs).unref();
  try {
    await pipeline(source, response);
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
function lookAt(response: Response, stalledMs: number): () => void {
  let before = -1;
  return () => {
    const { socket, writableLength } = response;
    const taken = socket ? socket.bytesWritten - socket.writableLength : 0;
    if (writableLength > 0 && taken === before) {
      reports.add(stalledMs, socket?.remoteAddress, stalled(stalledMs));
      response.destroy();
    }
    before = taken;
  };
}

function stalled(ms: number): string {
  return (
    `an answer was cut off, because its client took nothing of it for ${String(ms / 1000)} seconds: somebody may be ` +
    'holding it open; otherwise raise ANSWER_STALLED_SECONDS (option requests.answerStalledSeconds)'
  );
}

async function* continued(first: readonly string[], rest: AsyncGenerator<string, void>): AsyncGenerator<string, void> {
  yield* first;
  yield* rest;
}
