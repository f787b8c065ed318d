/** The listener for operators. */
import { describe, expect, it } from '@jest/globals';
import { OperatorListener } from '../../src/monitoring/index.js';
import { send } from '../support/http.js';
import { startServer } from '../support/test-server.js';

const urlOf = (server: Awaited<ReturnType<typeof startServer>>): string =>
  `http://127.0.0.1:${String(server.app.get(OperatorListener).port)}`;

describe('the listener for operators', () => {
  it('answers metrics and health without a token, and nothing else', async () => {
    const server = await startServer('sqlite', { OPERATIONS_PORT: '0' });
    const ask = async (method: string, path: string): Promise<unknown[]> => {
      const { status, text } = await send(urlOf(server), method, path);
      return [status, text];
    };
    expect(await ask('GET', '/metrics')).toEqual([200, expect.stringContaining('latchkey_build_info')]);
    expect((await ask('GET', '/metrics?x=y'))[0]).toBe(200);
    expect(await ask('HEAD', '/metrics')).toEqual([200, '']);
    expect(await ask('GET', '/health/live')).toEqual([200, '{"status":"ok"}']);
    expect(await ask('GET', '/health/ready')).toEqual([200, '{"status":"ok"}']);
    for (const path of ['/', '/docs', '/verify', '/api/v1/users', '/metrics/']) {
      expect(await ask('GET', path)).toEqual([404, expect.stringContaining('this port only answers /metrics')]);
    }
    expect((await ask('POST', '/metrics'))[0]).toBe(405);
    await server.close();
  });

  it('names its settings where it cannot listen', async () => {
    const server = await startServer('sqlite', { OPERATIONS_PORT: '0' });
    const port = new URL(urlOf(server)).port;
    await expect(startServer('sqlite', { OPERATIONS_PORT: port })).rejects.toThrow(
      new RegExp(`^OPERATIONS_PORT ${port} cannot be used on OPERATIONS_HOST 127.0.0.1 .*EADDRINUSE`),
    );
    await server.close();
  });

  it('is not there unless it is asked for', async () => {
    const server = await startServer('sqlite');
    expect(server.app.get(OperatorListener).port).toBeUndefined();
    await server.close();
  });
});
