/** What docs/guarding.md shows in a few lines guards an application. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { withBinary } from '../support/binaries.js';
import { ACCOUNT, startServer, type TestServer } from '../support/test-server.js';
import { ASSERTION, guardedApplication, partOf } from '../data-plane/guarded.js';
import { cast, pair } from '../data-plane/support.js';
import { CADDY_OF_PAGES, HAPROXY_OF_PAGES, NGINX_OF_PAGES } from './proxies.js';
import { guardOf } from './support.js';

describe.each([NGINX_OF_PAGES, CADDY_OF_PAGES, HAPROXY_OF_PAGES])('an application behind $name', (kind) => {
  withBinary(kind.name, (file) => {
    const guard = guardOf(kind, file);
    let server: TestServer;
    let aud: string;
    beforeAll(async () => {
      server = await startServer('sqlite');
      ({ aud } = await guardedApplication(server));
      await guard.start(server.port, `app=${aud}`);
    });
    afterAll(async () => {
      await guard.stop();
      await server.close();
    });

    it('is reached with an assertion of Latchkey alone', async () => {
      const token = await cast(server).token(ACCOUNT.id);
      const forged = { [ASSERTION]: 'forged', Cookie: 'CF_Authorization=forged', 'Latchkey-Token-Id': '' };
      const { headers } = await guard.passed({ ...pair(token), ...forged }, { method: 'POST', body: 'x' });
      expect(partOf(String(headers[ASSERTION]), 1)).toMatchObject({ aud: [aud], common_name: token.client_id });
      expect(headers.cookie ?? '').not.toContain('CF_Authorization');
      expect((await guard.refused(forged)).status).toBe(401);
      const foreign = await cast(server).token(await cast(server).account());
      expect((await guard.refused({ ...pair(foreign), ...forged })).status).toBe(403);
    });
  });
});
