import { describe, expect, it } from '@jest/globals';
import { createDatabase } from '../../support/engines.js';
import { openStream, type LineStream } from '../../support/line-stream.js';
import { startProcess } from '../../support/process.js';
import { ADMIN } from '../../support/test-server.js';

describe('a server with open streams that receives a signal to stop', () => {
  it('ends them and exits with 0 within ten seconds, even if a client does not read', async () => {
    const database = await createDatabase('sqlite');
    const server = await startProcess({ DATABASE_URL: database.url, ADMIN_TOKEN: ADMIN.token });
    const open = (path: string): Promise<LineStream> =>
      openStream(server.baseUrl, `/api/v1${path}?subscribe`, { 'Private-Token': ADMIN.token });
    const paths = ['/users', '/users/1000', '/users/1000/access-tokens'];
    const streams = await Promise.all([...paths, ...paths].map(open));
    await Promise.all(streams.map((stream) => stream.line(0)));
    const stuck = await open('/users');
    stuck.pause();
    const begun = performance.now();
    server.kill('SIGTERM');
    for (const stream of streams) expect(await stream.ended).toBe(true);
    expect(await server.exited).toEqual({ code: 0, signal: null });
    expect(performance.now() - begun).toBeLessThan(10_000);
  });
});
