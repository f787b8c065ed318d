/** Ids of requests: given by the client or the host, or generated. */
import { randomFillSync } from 'node:crypto';

/** The header for it in requests and answers. */
export const REQUEST_ID_HEADER = 'X-Request-Id';

const LOWER_CASE = REQUEST_ID_HEADER.toLowerCase();

/** Safe in logs, tables and headers without escaping. */
const USABLE = /^[A-Za-z0-9._-]{1,128}$/;

/** Hex characters of 16 random bytes, like a W3C trace id. */
const ID_LENGTH = 32;

/** Random bytes for 256 ids, which take hardly longer to generate than those for one. */
const bytes = Buffer.alloc((ID_LENGTH / 2) * 256);
let drawn = '';
let used = 0;

/** A unique id of 32 hex characters. */
export function newRequestId(): string {
  if (used === drawn.length) {
    drawn = randomFillSync(bytes).toString('hex');
    used = 0;
  }
  used += ID_LENGTH;
  return drawn.slice(used - ID_LENGTH, used);
}

/** Whether a given id can be used: 1 to 128 letters, digits, dots, underscores and hyphens. */
export function isUsableId(id: unknown): id is string {
  return typeof id === 'string' && USABLE.test(id);
}

/**
 * The id in the headers of a request, or a new one if there is none, more than one, or one that cannot be used.
 * @param rawHeaders - names and values in turn, as `IncomingMessage.rawHeaders` has them
 */
export function requestIdIn(rawHeaders: readonly string[]): string {
  let found: string | undefined;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (name.length !== LOWER_CASE.length || name.toLowerCase() !== LOWER_CASE) continue;
    if (found !== undefined) return newRequestId();
    found = rawHeaders[at + 1];
  }
  return isUsableId(found) ? found : newRequestId();
}
