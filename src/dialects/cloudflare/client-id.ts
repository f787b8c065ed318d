/** Generates client ids, the public part of service tokens (docs/contracts/cloudflare.md §2.1). */
import { newHexId } from '../../identity/index.js';

/** 32 lower-case hex characters and `.access`. */
export const CLIENT_ID_FORM = /^[0-9a-f]{32}\.access$/;

/** Generates a client id. */
export function newClientId(): string {
  return `${newHexId()}.access`;
}
