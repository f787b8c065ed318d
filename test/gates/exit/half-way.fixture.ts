/** Tests that fail with everything open; exit.long.spec.ts runs them. */
import { beforeAll, describe, it } from '@jest/globals';
import { connectTo, onBothEngines } from '../../support/engines.js';
import { openStream } from '../../support/line-stream.js';
import { Program } from '../../support/program.js';
import { RawConnection } from '../../support/raw-connection.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { ADMIN, startInMount, startServer } from '../../support/test-server.js';

onBothEngines('a test', (engine) => {
  it('fails half way', async () => {
    const server = await startInMount(engine);
    const stream = await openStream(server.baseUrl, '/api/v1/users?subscribe', { 'Private-Token': ADMIN.token });
    await stream.line(0);
    new RawConnection(server.baseUrl, 'GET /verify');
    new Program(process.execPath, { args: ['-e', 'setInterval(() => undefined, 1000)'] });
    if (engine === 'postgres') await connectTo((await TcpProxy.to(server.database.url)).url);
    throw new Error('half way');
  });
});

describe('a suite', () => {
  beforeAll(async () => {
    await startServer('sqlite');
    throw new Error('before all');
  });

  it('does not begin', () => undefined);
});
