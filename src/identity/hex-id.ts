/** Ids of accounts and memberships. */
import { randomUUID } from 'node:crypto';

/** 32 lower-case hex characters, 122 of their bits random. */
export function newHexId(): string {
  return randomUUID().replaceAll('-', '');
}
