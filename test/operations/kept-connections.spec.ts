/** How long an idle connection is kept: longer than proxies keep theirs. */
import { connect, type AddressInfo } from 'node:net';
import { expect, it } from '@jest/globals';
import { createServer, loadConfig } from '../../src/index.js';
import { closeLater, destroyLater } from '../support/closing.js';

const REQUEST = 'GET /api/v1/server-info HTTP/1.1\r\nHost: x\r\n\r\n';

it.each([
  ['75 seconds', {}, 'timeout=75'],
  ['as long as the setting says', { KEEP_ALIVE_SECONDS: '1' }, 'timeout=1'],
])('a connection is kept for %s, and the answer says so', async (_what, setting, told) => {
  const { answer } = await exchange(setting);
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  expect(answer).toContain(`\r\nKeep-Alive: ${told}\r\n`);
});

it('a connection that is idle for longer is ended', async () => {
  const { answer, keptMs } = await exchange({ KEEP_ALIVE_SECONDS: '1' }, 'until it is ended');
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  expect(keptMs).toBeGreaterThan(900);
});

/** Sends one request to a new server. */
async function exchange(
  setting: Record<string, string>,
  until: 'answered' | 'until it is ended' = 'answered',
): Promise<{ answer: string; keptMs: number }> {
  const env = { PORT: '0', DATABASE_URL: 'sqlite::memory:', LOG_LEVEL: 'silent', BCRYPT_COST: '4', ...setting };
  const server = await createServer(loadConfig(env));
  closeLater(() => server.stop());
  await server.start();
  const { port } = server.app.getHttpServer().address() as AddressInfo;
  return await new Promise((resolve, reject) => {
    let answer = '';
    let answeredAt = 0;
    const socket = connect(port, '127.0.0.1', () => socket.write(REQUEST));
    destroyLater(socket);
    const done = (): void => {
      resolve({ answer, keptMs: performance.now() - answeredAt });
      socket.destroy();
    };
    socket.on('data', (chunk) => {
      answer += chunk.toString();
      answeredAt = performance.now();
      if (until === 'answered') done();
    });
    socket.on('end', done);
    socket.on('error', reject);
  });
}
