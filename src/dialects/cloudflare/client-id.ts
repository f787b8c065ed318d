/** The public half of a service token (contract §2.1). */
import { newHexId } from '../../identity/index.js';

/** 32 lower-case hex characters and `.access`. */
export function newClientId(): string {
  return `${newHexId()}.access`;
}
