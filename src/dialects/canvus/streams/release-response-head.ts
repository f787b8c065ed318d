/** Frees the memory that Node keeps for the headers of a response after they are sent: several KiB for each open stream. */
import type { Request, Response } from 'express';

/** All that is asked of it from here on is whether it is there. */
const SENT = 'HTTP/1.1 200 OK';

/**
 * Frees it; the answer's first bytes must have been written. What somebody may want to know of the request when
 * it is over stays.
 */
export function releaseResponseHead(response: Response): void {
  // Node has the head twice: as text, put together from some seventy pieces, and as a table. Where it should have it
  // in another way one day, nothing is lost but memory.
  const kept = response as unknown as Record<string | symbol, unknown>;
  const table = Object.getOwnPropertySymbols(response).find(({ description }) => description === 'kOutHeaders');
  if (table) kept[table] = null;
  if (response.headersSent) kept._header = SENT;
  // The way to the routes that come after this one.
  (response.req as Partial<Request>).next = undefined;
}
