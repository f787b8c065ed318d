/** The last use of a token is written in the background, but before the process ends. */
import { expect, it } from '@jest/globals';
import { onBothEngines } from '../support/engines.js';
import { send } from '../support/http.js';
import { startProcess } from '../support/process.js';
import { migratedDatabase } from '../support/templates.js';
import { ACCOUNT, ADMIN, startServer } from '../support/test-server.js';
import { pair, type ServiceToken, type ServiceTokenWithSecret } from './support.js';

const MINUTE = 60_000;

onBothEngines('the last use of a token, when the process ends', (engine) => {
  const headers = { Authorization: `Bearer ${ADMIN.token}` };
  const tokens = `/client/v4/accounts/${ACCOUNT.id}/access/service_tokens`;

  it('is written before that', async () => {
    const database = await migratedDatabase(engine, 'standalone');
    const env = { DATABASE_URL: database.url, ADMIN_TOKEN: ADMIN.token, ACCOUNT_ID: ACCOUNT.id, LOG_LEVEL: 'silent' };
    const call = async <T>({ baseUrl }: { baseUrl: string }, method: string, body?: string): Promise<T> =>
      (await send(baseUrl, method, tokens, { headers, ...(body !== undefined && { body }) })).json<{ result: T }>()
        .result;
    const first = await startProcess(env);
    const token = await call<ServiceTokenWithSecret>(first, 'POST', '{"name":"seen"}');
    expect((await send(first.baseUrl, 'GET', '/verify', { headers: pair(token) })).status).toBe(200);
    expect(await first.stop()).toEqual({ code: 0, signal: null });
    const second = await startServer(engine, {}, database);
    const [read] = await call<ServiceToken[]>(second, 'GET');
    expect(Date.parse(read?.last_seen_at ?? '')).toBeGreaterThan(Date.now() - MINUTE);
  });
});
