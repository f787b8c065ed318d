/** What assertions say, how long they live, and who signs them. */
import { createPublicKey, X509Certificate } from 'node:crypto';
import { beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import { SigningKeys } from '../../src/assertions/index.js';
import { auditRows } from '../support/stored.js';
import { send, type Reply } from '../support/http.js';
import { ACCOUNT } from '../support/test-server.js';
import { ASSERTION, ask, assertionOf, guardedApplication, partOf, type GuardedApplication } from './guarded.js';
import { dataPlaneSuite, ok, pair, type Headers, type ServiceTokenWithSecret } from './support.js';

const ISSUER = 'https://team.example.com';
const DAY_MS = 86_400_000;

interface Certs {
  keys: { kid: string }[];
  public_cert: { kid: string; cert: string };
  public_certs: { kid: string; cert: string }[];
}

dataPlaneSuite(
  'an assertion',
  ({ cf }) => {
    let application: GuardedApplication;
    let token: ServiceTokenWithSecret;
    const signed = async (headers: Headers = pair(token), name = application.aud): Promise<string> =>
      assertionOf(await ask(cf.server, `app=${name}`, headers));
    const certs = async (): Promise<Certs> => (await edge('certs')).json<Certs>();
    const edge = (path: string, headers: Headers = {}): Promise<Reply> =>
      send(cf.server.baseUrl, 'GET', `/cdn-cgi/access/${path}`, { headers });
    const kids = async (): Promise<string[]> => (await certs()).keys.map(({ kid }) => kid);

    beforeAll(async () => {
      application = await guardedApplication(cf.server);
      token = await cf.token(ACCOUNT.id);
    });
    beforeEach(() => {
      cf.server.clock.reset();
    });

    it('says what the contract asks for, and nothing else', async () => {
      cf.server.clock.freeze(new Date(Math.floor(Date.now() / 1000) * 1000 + 700));
      const now = cf.server.clock.now().getTime();
      const text = await signed();
      const [kid] = await kids();
      expect(kid).toMatch(/^[0-9a-f]{64}$/);
      expect(partOf(text, 0)).toEqual({ alg: 'RS256', kid, typ: 'JWT' });
      expect(partOf(text, 1)).toEqual({
        type: 'app',
        aud: [application.aud],
        iss: ISSUER,
        iat: (now - 700) / 1000 - 2,
        exp: (now - 700) / 1000 + 118,
        sub: '',
        common_name: token.client_id,
      });
    });

    it('is signed once for a token and an application, and again before half of its life is over', async () => {
      cf.server.clock.freeze();
      const own = pair(await cf.token(ACCOUNT.id));
      const first = await signed(own);
      expect(await Promise.all([1, 2, 3].map(() => signed(own)))).toEqual([first, first, first]);
      expect(await signed(own, application.id)).toBe(first);
      const other = await guardedApplication(cf.server);
      expect(partOf(await signed(own, other.id), 1).aud).toEqual([other.aud]);
      cf.server.clock.advance(46_000);
      expect(await signed(own)).toBe(first);
      cf.server.clock.advance(14_000);
      const [second, same] = await Promise.all([signed(own), signed(own)]);
      expect(second).not.toBe(first);
      expect(same).toBe(second);
    });

    it('is not handed out for a token that has changed', async () => {
      const own = await cf.token(ACCOUNT.id);
      const first = await signed(pair(own));
      cf.server.clock.advance(3000);
      ok(await cf.admin.put(`/accounts/${ACCOUNT.id}/access/service_tokens/${own.id}`, { name: 'renamed' }));
      expect(await signed(pair(own))).not.toBe(first);
      ok(await cf.admin.delete(`/accounts/${ACCOUNT.id}/access/service_tokens/${own.id}`));
      expect((await ask(cf.server, `app=${application.id}`, pair(own))).headers[ASSERTION]).toBeUndefined();
    });

    it('ends no later than the token, and than the overlap in which its old secret is accepted', async () => {
      cf.server.clock.freeze();
      const own = await cf.token(ACCOUNT.id);
      const path = `/accounts/${ACCOUNT.id}/access/service_tokens/${own.id}`;
      const until = new Date(Math.ceil(cf.server.clock.now().getTime() / 1000 + 50) * 1000);
      const body = { previous_client_secret_expires_at: until.toISOString() };
      ok(await cf.admin.post(`${path}/rotate`, body));
      expect(partOf(await signed(pair(own)), 1).exp).toBe(until.getTime() / 1000);
      ok(await cf.admin.put(path, { duration: '30s' }));
      const { expires_at: end } = ok<{ expires_at: string }>(await cf.admin.get(path));
      expect(partOf(await signed(pair(own)), 1).exp).toBe(Date.parse(end) / 1000);
    });

    it('is checked by keys that are public, with their certificates', async () => {
      const reply = await edge('certs');
      expect(reply.headers['content-type']).toMatch(/^application\/json/);
      expect(reply.headers['cache-control']).toBe('public, max-age=3600');
      const { keys, public_cert: current, public_certs: certificates } = reply.json<Certs>();
      expect(keys).toHaveLength(2);
      expect(current).toEqual(certificates[0]);
      for (const [index, key] of keys.entries()) {
        expect(Object.keys(key).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
        expect(certificates[index]?.kid).toBe(key.kid);
        const { publicKey } = new X509Certificate(certificates[index]?.cert ?? '');
        expect(publicKey.equals(createPublicKey({ key: { ...key }, format: 'jwk' }))).toBe(true);
      }
      expect(partOf(await signed(), 0).kid).toBe(keys[0]?.kid);
    });

    it('tells whose it is, in each form in which applications get it', async () => {
      const text = await signed();
      const forms: Headers[] = [
        { Cookie: `a=b; CF_Authorization=${text}` },
        { [ASSERTION]: text },
        { 'cf-access-token': text },
      ];
      for (const headers of forms) {
        const reply = await edge('get-identity', headers);
        expect([reply.status, reply.json()]).toMatchObject([
          200,
          { service_token_id: token.client_id, service_token_status: true, aud: [application.aud] },
        ]);
      }
      expect((await edge('get-identity')).status).toBe(401);
      expect((await edge('get-identity', { Cookie: `CF_Authorization=${text}x` })).status).toBe(401);
      cf.server.clock.advance(121_000);
      expect((await edge('get-identity', { Cookie: `CF_Authorization=${text}` })).status).toBe(401);
    });

    it('is no credential of this server, and sets no cookie', async () => {
      const text = await signed();
      const forms: Headers[] = [
        { Cookie: `CF_Authorization=${text}` },
        { 'cf-access-token': text },
        { [ASSERTION]: text },
      ];
      for (const headers of forms) {
        const reply = await ask(cf.server, `app=${application.id}`, headers);
        expect([reply.status, reply.headers['set-cookie']]).toEqual([401, undefined]);
      }
    });

    it('has no private key in any row of the audit log, or in an answer', async () => {
      const shown = JSON.stringify([await auditRows(cf.server, {}), (await edge('certs')).text]);
      expect(shown).toContain((await kids())[0]);
      for (const secret of ['PRIVATE KEY', '"d":', '"p":']) expect(shown).not.toContain(secret);
    });

    it('is signed by the next key when its time comes, which was published all along', async () => {
      const { clock, app } = cf.server;
      const [current, next] = await kids();
      const old = await signed();
      clock.advance(42 * DAY_MS - 60_000);
      expect(await kids()).toEqual([current, next]);
      clock.advance(65_000);
      expect(partOf(await signed(), 0).kid).toBe(next);
      await app.get(SigningKeys).maintain();
      const [first, following, last, ...more] = await kids();
      expect([first, last, more]).toEqual([next, partOf(old, 0).kid, []]);
      clock.advance(7 * DAY_MS);
      // Rows are removed only if that much time has passed by the machine as well.
      const since = performance.now();
      const machine = jest.spyOn(performance, 'now').mockImplementation(() => since + 50 * DAY_MS);
      await app.get(SigningKeys).maintain();
      machine.mockRestore();
      expect(await kids()).toEqual([next, following]);
      expect(await cf.server.dataSource.query('SELECT sequence FROM latchkey_signing_key')).toHaveLength(2);
    });
  },
  { ASSERTION_ISSUER: ISSUER, ASSERTION_SECONDS: '120' },
);
