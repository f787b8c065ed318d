import { describe, expect, it } from '@jest/globals';
import { send } from '../../support/http.js';
import { ADMIN } from '../../support/test-server.js';
import {
  HEX_ID,
  NO_CREDENTIALS,
  UNKNOWN_TOKEN,
  WIRE_TIME,
  canvus,
  changingNothing,
  cloudflareSuite,
  refusal,
} from './support.js';

const PATH = '/user/tokens/verify';

cloudflareSuite('GET user/tokens/verify', (cf) => {
  describe('200', () => {
    it('says that the token is active, with one message object and the token’s id', async () => {
      const reply = await cf.admin.get(PATH);
      expect(reply.status).toBe(200);
      expect(reply.json()).toEqual({
        result: { id: expect.stringMatching(HEX_ID), status: 'active' },
        success: true,
        errors: [],
        messages: [{ code: 10000, message: 'This API Token is valid and active', type: null }],
      });
    });

    it('returns the id of the token, the same every time', async () => {
      const idOf = async (key: string): Promise<string> =>
        (await cf.holder(key).get(PATH)).json<{ result: { id: string } }>().result.id;
      const [one, other] = [await cf.person(), await cf.person()];
      expect(await idOf(one.key)).toBe(await idOf(one.key));
      expect(await idOf(one.key)).not.toBe(await idOf(other.key));
    });

    it('shows when a login token expires', async () => {
      const { email, password } = await cf.person();
      const { token } = (await canvus(cf.server, 'POST', '/users/login', { email, password })) as { token: string };
      const { result } = (await cf.holder(token).get(PATH)).json<{ result: { status: string; expires_on: string } }>();
      expect(result.status).toBe('active');
      expect(result.expires_on).toMatch(WIRE_TIME);
      expect(Date.parse(result.expires_on)).toBeGreaterThan(Date.now());
    });

    it('also works with an e-mail address and key', async () => {
      const headers = { 'X-Auth-Email': ADMIN.email, 'X-Auth-Key': ADMIN.token };
      expect((await cf.anonymous.get(PATH, { headers })).status).toBe(200);
    });
  });

  describe('400', () => {
    it('says which headers are missing', async () => {
      const reply = await changingNothing(cf, () => cf.anonymous.get(PATH));
      expect(refusal(reply, 400, 9106)).toEqual(NO_CREDENTIALS);
    });

    it('says that the Authorization header is malformed', async () => {
      const reply = await cf.anonymous.get(PATH, { headers: { Authorization: 'Bearer nonsense' } });
      expect(refusal(reply, 400, 6003).error_chain).toEqual([
        { code: 6111, message: 'Invalid format for Authorization header' },
      ]);
    });
  });

  describe('401', () => {
    it.each([
      ['unknown', UNKNOWN_TOKEN],
      ['of the older form of the vendor', 'v'.repeat(40)],
      ['of the newer form of the vendor', `cfut_${'A'.repeat(40)}0a1b2c3d`],
    ])('says 1000 for a token that is %s', async (_kind, token) => {
      const item = refusal(await changingNothing(cf, () => cf.holder(token).get(PATH)), 401, 1000);
      expect(item).toEqual({ code: 1000, message: 'Invalid API Token' });
    });

    it('says 1000 for a token that was deleted, one that has ended, and one of a blocked user', async () => {
      const [deleted, ended, blocked] = [await cf.person(), await cf.person(), await cf.person()];
      for (const { caller } of [deleted, blocked]) expect((await caller.get(PATH)).status).toBe(200);
      const { token: login } = (await canvus(cf.server, 'POST', '/users/login', {
        email: ended.email,
        password: ended.password,
      })) as { token: string };
      await canvus(cf.server, 'DELETE', `/users/${String(deleted.userId)}`);
      await canvus(cf.server, 'POST', `/users/${String(blocked.userId)}/block`);
      refusal(await deleted.caller.get(PATH), 401, 1000);
      refusal(await blocked.caller.get(PATH), 401, 1000);
      expect((await cf.holder(login).get(PATH)).status).toBe(200);
      cf.server.clock.advance(10 * 365 * 86_400_000);
      refusal(await cf.holder(login).get(PATH), 401, 1000);
      cf.server.clock.reset();
    });

    it('says 1000 for a service token’s secret, which is not an API token', async () => {
      const { client_secret: secret } = await cf.token(await cf.account());
      refusal(await cf.holder(secret).get(PATH), 401, 1000);
    });
  });

  describe('404', () => {
    it('is the answer for other user routes', async () => {
      for (const path of ['/user/tokens', '/user/tokens/verify/x', `/accounts/${'a'.repeat(32)}/tokens`]) {
        refusal(await cf.admin.get(path), 404, 7000);
      }
      expect((await send(cf.server.baseUrl, 'GET', '/client/v4')).json()).toMatchObject({ success: false });
    });
  });
});
