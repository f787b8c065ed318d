/** Generates ids of accounts and memberships, and the random part of other ids that contain no secret. */
import { randomUUID } from 'node:crypto';

/** 32 lower-case hex characters, 122 of their bits random. */
export function newHexId(): string {
  return randomUUID().replaceAll('-', '');
}

/** Whether a text can be an id of {@link newHexId}. */
export function isHexId(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text);
}
