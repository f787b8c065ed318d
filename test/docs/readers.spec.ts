/** Who may read the documentation, by DOCS. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { send, type Reply } from '../support/http.js';
import { ADMIN, startServer, type TestServer } from '../support/test-server.js';

const PAGES = ['/', '/docs', '/docs/canvus.json', '/docs/data-plane.json', '/docs/swagger-ui-bundle.js'];

const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString('base64')}`;

describe.each(['off', 'admin', 'on'])('with DOCS=%s', (docs) => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer('sqlite', { DOCS: docs });
  });
  afterAll(() => server.close());

  const get = (path: string, headers: Record<string, string> = {}): Promise<Reply> =>
    send(server.baseUrl, 'GET', path, { headers });
  const statuses = async (headers: Record<string, string> = {}): Promise<number[]> => {
    const replies = await Promise.all(PAGES.map((path) => get(path, headers)));
    return replies.map(({ status }) => status);
  };
  const asUser = async (): Promise<string> => {
    const headers = { 'Private-Token': ADMIN.token };
    const body = JSON.stringify({ email: 'user@example.com', name: 'User', password: 'correct horse', approved: true });
    await send(server.baseUrl, 'POST', '/api/v1/users', { headers, body });
    const login = JSON.stringify({ email: 'user@example.com', password: 'correct horse' });
    const reply = await send(server.baseUrl, 'POST', '/api/v1/users/login', { body: login });
    return reply.json<{ token: string }>().token;
  };

  if (docs === 'off') {
    it('there is nothing, not even for administrators', async () => {
      expect(await statuses({ 'Private-Token': ADMIN.token })).toEqual([404, 404, 404, 404, 404]);
      expect((await get('/health/ready')).status).toBe(200);
    });
  }

  if (docs === 'on') {
    it('everybody reads it', async () => {
      expect(await statuses()).toEqual([200, 200, 200, 200, 200]);
    });
  }

  if (docs === 'admin') {
    it('others are asked for a password, and nothing may be kept', async () => {
      expect(await statuses()).toEqual([200, 401, 401, 401, 401]);
      const { headers, text } = await get('/docs');
      expect(headers['www-authenticate']).toMatch(/^Basic realm=/);
      expect(headers['cache-control']).toBe('no-store');
      expect(text).toContain('access token');
      expect(await statuses({ Authorization: basic(`${ADMIN.email}:${ADMIN.password}`) })).toContain(401);
      expect((await get('/docs/canvus.json', { Authorization: 'Bearer x' })).status).toBe(401);
    });

    it('administrators read it, with their token in any of its headers or as the password', async () => {
      const ways: Record<string, string>[] = [
        { 'Private-Token': ADMIN.token },
        { Authorization: `Bearer ${ADMIN.token}` },
        { Authorization: basic(`me:${ADMIN.token}`) },
      ];
      for (const headers of ways) {
        expect(await statuses(headers)).toEqual([200, 200, 200, 200, 200]);
        expect((await get('/docs/canvus.json', headers)).headers['cache-control']).toBe('no-store');
      }
    });

    it('other users are refused', async () => {
      const { status, text } = await get('/docs', { 'Private-Token': await asUser() });
      expect([status, text]).toEqual([403, expect.stringContaining('administrators of the server')]);
    });
  }
});
