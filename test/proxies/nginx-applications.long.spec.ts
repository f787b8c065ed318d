/** Two applications behind one nginx that keeps answers: what is kept for one never counts for the other. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { withBinary } from '../support/binaries.js';
import { ACCOUNT, startServer } from '../support/test-server.js';
import { ASSERTION, guardedApplication, partOf, type GuardedApplication } from '../data-plane/guarded.js';
import { dataPlaneSuite, json, pair, type Headers } from '../data-plane/support.js';
import { NGINX, addresses, example, replaced, startNginx, type ProxyKind } from './proxies.js';
import { guardOf, type Arrival } from './support.js';

const HEADER = 'x-service-token';

/** The example, with its two blocks once more for a second rule at /other/. */
function nginxOfTwo(second: () => string): ProxyKind {
  return {
    name: NGINX.name,
    start: (file, neighbours, rule) =>
      startNginx(file, ({ folder, port }) => {
        const text = example('nginx/latchkey.conf');
        const [blocks = ''] = /^ {2}location \/ \{[^]*?(?=^ {2}location @undecided)/m.exec(text) ?? [];
        const others = replaced(blocks, {
          'location / {': 'location /other/ {',
          _verify: '_verify_other',
          latchkey_verify_other: 'latchkey_verify',
          ...{ [Object.keys(addresses(neighbours)).at(-1) ?? '']: second() },
        });
        return replaced(
          text.replace('  location @undecided', () => `${others}  location @undecided`),
          {
            '127.0.0.1:8000': `127.0.0.1:${String(port)}`,
            ...addresses(neighbours, rule),
            '/run/latchkey-verify': `${folder}/cache`,
          },
        );
      }),
  };
}

const audienceOf = ({ headers }: Arrival): unknown => partOf(String(headers[ASSERTION]), 1).aud;

withBinary(NGINX.name, (file) => {
  dataPlaneSuite(
    'the cache of nginx in front of two applications',
    ({ cf }) => {
      describe('asked by nginx', () => {
        let open: GuardedApplication;
        let closed: GuardedApplication;
        let admitted: Headers;
        const guard = guardOf(
          nginxOfTwo(() => `app=${closed.aud}`),
          file,
        );
        beforeAll(async () => {
          const token = await cf.token(ACCOUNT.id);
          admitted = pair(token);
          open = await guardedApplication(cf.server, { values: { tokenHeader: HEADER } });
          closed = await guardedApplication(cf.server, { include: [{ type: 'token', tokenId: token.id }] });
          await guard.start(cf.server.port, `app=${open.aud}`);
        });
        afterAll(() => guard.stop());

        it('gives each application its own assertion, also from what is kept', async () => {
          let asked = 0;
          const count = (): void => {
            asked += 1;
          };
          cf.server.app.getHttpServer().on('request', count);
          for (let round = 0; round < 3; round += 1) {
            expect(audienceOf(await guard.passed(admitted))).toEqual([open.aud]);
            expect(audienceOf(await guard.passed(admitted, { path: '/other/' }))).toEqual([closed.aud]);
          }
          cf.server.app.getHttpServer().off('request', count);
          expect(asked).toBe(2);
        });

        it('admits nobody to one application by what is kept for the other', async () => {
          const token = await cf.token(ACCOUNT.id);
          for (let round = 0; round < 2; round += 1) {
            await guard.passed(pair(token));
            expect((await guard.refused(pair(token), { path: '/other/' })).status).toBe(403);
          }
        });

        it('keeps tokens apart in the header that only one application reads, which is not in the key', async () => {
          const [one, other] = [await cf.token(ACCOUNT.id), await cf.token(ACCOUNT.id)];
          for (const token of [one, other, one]) {
            const { headers } = await guard.passed({ [HEADER]: json(token) });
            expect(headers['latchkey-token-id']).toBe(token.id);
            expect((await guard.refused({ [HEADER]: json(token) }, { path: '/other/' })).status).toBe(401);
          }
          expect((await guard.refused()).status).toBe(401);
        });
      });
    },
    { VERIFY_MAX_AGE_SECONDS: '60' },
    startServer,
  );
});
