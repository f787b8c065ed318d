import { describe, expect, it } from '@jest/globals';
import { UNKNOWN_TOKEN, canvusSuite, ok, stored } from './support.js';

canvusSuite('GET server-info', (canvus) => {
  describe('200', () => {
    it('describes the server, in the documented keys and order', async () => {
      const info = ok<Record<string, unknown>>(await canvus.anonymous.get('/server-info'));
      expect(Object.keys(info)).toEqual(['api', 'go', 'server_id', 'version']);
      expect(info).toEqual({
        api: ['v1.2'],
        go: expect.any(String),
        server_id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
        version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      });
    });

    it('shows the same server id every time', async () => {
      const first = ok<{ server_id: string }>(await canvus.anonymous.get('/server-info'));
      const second = ok<{ server_id: string }>(await canvus.admin.get('/server-info'));
      expect(second.server_id).toBe(first.server_id);
    });

    it.each(['', 'junk', UNKNOWN_TOKEN])('ignores a Private-Token of %j', async (token) => {
      const without = ok(await canvus.anonymous.get('/server-info'));
      expect(ok(await canvus.holder(token).get('/server-info'))).toEqual(without);
    });

    it('answers blocked users too', async () => {
      const { actor } = await canvus.person({ blocked: true });
      ok(await actor.get('/server-info'));
    });

    it('changes nothing once the server has its id', async () => {
      ok(await canvus.anonymous.get('/server-info'));
      const before = await stored(canvus.server);
      ok(await canvus.anonymous.get('/server-info'));
      expect(await stored(canvus.server)).toEqual(before);
    });
  });
});
