/** Opens streams as a user, and closes them at the end of each test. */
import { expect } from '@jest/globals';
import { openStream, type LineStream } from '../../support/line-stream.js';
import { ADMIN } from '../../support/test-server.js';
import type { Canvus } from './support.js';

/** Opens a stream on a path of the dialect, with a query of its own if it has one; it must begin. */
export type Watch = (path: string, token?: string, headers?: Record<string, string>) => Promise<LineStream>;

export function watching(canvus: Canvus): Watch {
  return async (path, token = ADMIN.token, headers = {}) => {
    const address = `/api/v1${path}${path.includes('?') ? '' : '?subscribe'}`;
    const stream = await openStream(canvus.server.baseUrl, address, { 'Private-Token': token, ...headers });
    expect(stream.status).toBe(200);
    return stream;
  };
}

/** The objects that a client assembles from the lines: the first has everything, each later one a change. */
export function assembled<T extends { id: string | number; state?: string }>(lines: readonly T[][]): T[] {
  const objects = new Map<string | number, T>();
  for (const object of lines.flat()) {
    if (object.state === 'deleted') objects.delete(object.id);
    else objects.set(object.id, object);
  }
  return [...objects.values()];
}
