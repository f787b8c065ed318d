import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { onBothEngines } from '../../support/engines.js';
import { startServer, type TestServer } from '../../support/test-server.js';
import { actors, type AccessToken, type CreatedAccessToken } from './support.js';

onBothEngines('POST users/:id/access-tokens', (engine) => {
  let server: TestServer;
  let as: ReturnType<typeof actors>;

  beforeAll(async () => {
    server = await startServer(engine);
    as = actors(server);
  });
  afterAll(() => server.close());

  describe('200', () => {
    it('gives the token once, in the documented keys and order', async () => {
      const reply = await as.admin.post('/users/1000/access-tokens', { description: 'Second token' });
      expect(reply.status).toBe(200);
      const created = reply.json<CreatedAccessToken>();
      expect(Object.keys(created)).toEqual(['created_at', 'description', 'id', 'plain_token']);
      expect(created.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}$/);
      expect(created.id).toMatch(/^[A-Za-z0-9]{80}$/);
      expect(created.plain_token).toMatch(/^[A-Za-z0-9_-]{43}$/);
      const { plain_token: _plain, ...shown } = created;
      const read = await as.admin.get(`/users/1000/access-tokens/${created.id}`);
      expect(read.json<AccessToken>()).toEqual(shown);
    });
  });
});
