/** What clients read first: the licence, and lists of which this server has nothing; and what they watch of the server. */
import { describe, expect, it } from '@jest/globals';
import { openStream } from '../../support/line-stream.js';
import { itNeedsAToken } from './common-cases.js';
import { watching } from './subscribers.js';
import { PERMISSION_DENIED, UNAUTHORIZED, canvusSuite, ok, userPath } from './support.js';

const LICENSE = {
  edition: '',
  has_expired: false,
  is_valid: true,
  max_clients: -1,
  seat_model: 'none',
  type: 'lifetime',
};

canvusSuite('the first contact of a client', (canvus) => {
  const watch = watching(canvus);

  it.each([
    ['/license', LICENSE],
    ['/canvases', []],
    ['/clients', []],
    ['/workspaces', []],
  ])('reads %s as an administrator, plain and as a stream', async (path, content) => {
    expect(ok(await canvus.admin.get(path))).toEqual(content);
    const stream = await watch(path);
    expect(await stream.line(0)).toEqual(content);
    const reply = await (await canvus.person()).actor.get(path);
    expect([reply.status, reply.json()]).toEqual([403, PERMISSION_DENIED]);
    expect((await canvus.anonymous.get(path)).status).toBe(401);
  });

  describe('server-config?subscribe', () => {
    it('sends administrators everything, again after each change', async () => {
      const stream = await watch('/server-config');
      const config = ok<object>(await canvus.admin.get('/server-config'));
      expect(await stream.line(0)).toEqual(config);
      ok(await canvus.admin.patch('/server-config', { server_name: 'Watched' }));
      expect(await stream.line(1)).toEqual({ ...config, server_name: 'Watched' });
    });

    it('sends other users the public part', async () => {
      const { actor } = await canvus.person();
      const stream = await watch('/server-config', actor.token);
      expect(await stream.line(0)).toEqual(ok(await canvus.anonymous.get('/server-config')));
      ok(await canvus.admin.patch('/server-config', { server_name: 'Watched by all' }));
      expect(await stream.line(1)).toMatchObject({ server_name: 'Watched by all' });
      expect(stream.lines.join('')).not.toContain('smtp');
    });

    it('ends for an administrator who is none any more, before the next change', async () => {
      const { user, actor } = await canvus.person({ admin: true });
      const stream = await watch('/server-config', actor.token);
      await stream.line(0);
      ok(await canvus.admin.patch(userPath(user.id), { admin: false }));
      ok(await canvus.admin.patch('/server-config', { server_name: 'Not for them' }));
      expect([await stream.ended, stream.lines.length]).toEqual([true, 1]);
    });

    it('needs a token, since streams are counted for their users; the plain answer needs none', async () => {
      for (const token of ['', 'junk']) {
        const stream = await openStream(canvus.server.baseUrl, '/api/v1/server-config?subscribe', {
          'Private-Token': token,
        });
        expect([stream.status, await stream.line(0).catch(() => stream.rest)]).toEqual([
          401,
          JSON.stringify(UNAUTHORIZED),
        ]);
      }
      ok(await canvus.anonymous.get('/server-config'));
    });
  });

  itNeedsAToken(canvus, { method: 'GET', path: () => '/canvases' });
});
