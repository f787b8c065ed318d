/** Generates the ids of tokens. */
import { randomUUID } from 'node:crypto';

/** Hex digits of the time: milliseconds since 1970, 48 bits. */
const TIME_DIGITS = 12;

/**
 * 36 lower-case characters in the form of a UUID v4 (docs/contracts/cloudflare.md §2.1). The first 48 bits are the
 * time, as in version 7 (RFC 9562 §5.7), so that new ids are close together in an index; 74 bits are random.
 */
export function newTokenId(): string {
  const time = Date.now().toString(16).padStart(TIME_DIGITS, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}${randomUUID().slice(TIME_DIGITS + 1)}`;
}
