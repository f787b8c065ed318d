/** A token with scopes opens no API, and those that take tokens say why (docs/decisions/0061); CRM takes logins. */
import { beforeAll, expect, it } from '@jest/globals';
import { onBothEngines } from '../support/engines.js';
import { send } from '../support/http.js';
import { ADMIN, startServer, type TestServer } from '../support/test-server.js';

const REASON = 'a token with scopes does not sign in here';

onBothEngines('a token with scopes', (engine) => {
  let server: TestServer;
  let token: string;

  beforeAll(async () => {
    server = await startServer(engine);
    const made = await send(server.baseUrl, 'POST', '/latchkey/v1/tokens', {
      headers: { Authorization: `Bearer ${ADMIN.token}` },
      body: JSON.stringify({ kind: 'personal_token', name: 'limited', scopes: ['deploy:read'] }),
    });
    ({ token } = made.json<{ secret: { token: string } }>().secret);
  });

  it.each([
    ['Cloudflare', '/client/v4/accounts'],
    ['Canvus', '/api/v1/users'],
    ['Latchkey', '/latchkey/v1/me'],
  ])('is told by the API of %s why it is refused', async (_api, path) => {
    const headers = path.startsWith('/api') ? { 'Private-Token': token } : { Authorization: `Bearer ${token}` };
    const reply = await send(server.baseUrl, 'GET', path, { headers });
    expect([reply.status, reply.text]).toEqual([403, expect.stringContaining(REASON)]);
  });

  it('is told no reason that is not its own', async () => {
    const headers = { Authorization: `Bearer ${ADMIN.token.slice(0, -1)}x` };
    expect((await send(server.baseUrl, 'GET', '/client/v4/accounts', { headers })).text).not.toContain('scopes');
  });
});
