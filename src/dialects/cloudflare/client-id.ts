/** The public half of a service token (contract §2.1). */
import { randomBytes } from 'node:crypto';

/** 32 lower-case hex characters and `.access`. */
export function newClientId(): string {
  return `${randomBytes(16).toString('hex')}.access`;
}
