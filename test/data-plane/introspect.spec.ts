import { describe, expect, it } from '@jest/globals';
import { send } from '../support/http.js';
import { ACCOUNT, ADMIN } from '../support/test-server.js';
import { describeForms } from './form-cases.js';
import {
  UNKNOWN_USER_TOKEN,
  basic,
  bearer,
  canvus,
  severalAccountsSuite,
  ok,
  sendForm,
  tokenPath,
  type Headers,
} from './support.js';

interface Introspection {
  active: boolean;
  [member: string]: unknown;
}

const INACTIVE = { active: false };
const HOUR = 3_600_000;

severalAccountsSuite('POST /oauth2/introspect', (plane) => {
  const { cf, login, crmLogin } = plane;

  const introspect = async (caller: Headers, token: string, more: Headers = {}): Promise<Introspection> => {
    const reply = await sendForm(cf, 'introspect', caller, { token, ...more });
    expect({ status: reply.status, text: reply.text }).toEqual({ status: 200, text: expect.any(String) });
    expect(reply.headers['content-type']).toMatch(/^application\/json\b/);
    expect(reply.headers['cache-control']).toBe('no-store');
    return reply.json();
  };
  const seconds = (time: string): number => Math.floor(Date.parse(time) / 1000);

  describe('200', () => {
    it('returns the members of RFC 7662 and our own for a service token', async () => {
      const token = await cf.token(ACCOUNT.id, { name: 'CI/CD token', duration: '1h' });
      const told = await introspect(bearer(ADMIN.token), token.client_secret);
      expect(told).toEqual({
        active: true,
        client_id: token.client_id,
        sub: token.id,
        exp: seconds(token.expires_at),
        iat: seconds(token.created_at),
        jti: token.id,
        kind: 'service_token',
        name: 'CI/CD token',
        account: ACCOUNT.id,
        matched_secret: 'current',
      });
    });

    it('returns the user that a personal token or a login acts for', async () => {
      const person = await cf.person();
      const common = { active: true, username: person.email, sub: String(person.userId), token_type: 'Bearer' };
      const numbers = { iat: expect.any(Number), jti: expect.any(String), matched_secret: 'current' };
      expect(await introspect(bearer(person.key), person.key)).toEqual({
        ...common,
        ...numbers,
        kind: 'personal_token',
        name: 'key',
      });
      expect(await introspect(bearer(person.key), await login(person))).toEqual({
        ...common,
        ...numbers,
        kind: 'session',
        name: expect.any(String),
        exp: expect.any(Number),
      });
    });

    it('says which of two secrets was sent', async () => {
      const token = await cf.token(ACCOUNT.id);
      const until = new Date(Date.now() + HOUR).toISOString();
      const rotated = await cf.rotate(ACCOUNT.id, token.id, { previous_client_secret_expires_at: until });
      for (const [secret, matched] of [
        [token.client_secret, 'previous'],
        [rotated.client_secret, 'current'],
      ] as const) {
        expect(await introspect(basic(rotated), secret)).toMatchObject({ active: true, matched_secret: matched });
      }
    });

    it('returns only active: false for a token that is not accepted, whatever the reason', async () => {
      const admin = bearer(ADMIN.token);
      const disabled = await cf.token(ACCOUNT.id, { enabled: false });
      const revoked = await cf.token(ACCOUNT.id);
      ok(await cf.admin.delete(tokenPath(ACCOUNT.id, revoked.id)));
      const rotated = await cf.token(ACCOUNT.id);
      await cf.rotate(ACCOUNT.id, rotated.id);
      const blocked = await cf.person();
      await canvus(cf.server, 'POST', `/users/${String(blocked.userId)}/block`);
      const expired = await cf.token(ACCOUNT.id, { duration: '1ns' });
      const secrets = [disabled, revoked, rotated, expired].map(({ client_secret: secret }) => secret);
      const odd = [expired.client_id, 'x', '\0', 'é', '0'.repeat(32), 'A'.repeat(5000)];
      for (const token of [...secrets, blocked.key, UNKNOWN_USER_TOKEN, ...odd]) {
        expect([token, await introspect(admin, token)]).toEqual([token, INACTIVE]);
      }
    });

    it('ignores token_type_hint, a client id and unknown parameters', async () => {
      const token = await cf.token(ACCOUNT.id);
      for (const hint of ['access_token', 'refresh_token', 'nonsense', '']) {
        const more = { token_type_hint: hint, client_id: token.client_id, resource: 'https://example.com' };
        expect(await introspect(basic(token), token.client_secret, more)).toMatchObject({ active: true });
      }
    });
  });

  describe('what a caller sees', () => {
    const subjects = async () => {
      const [mine, other] = [await cf.account(), await cf.account()];
      const owner = await cf.person();
      return {
        mine,
        other,
        owner,
        tokens: {
          'service token of the account': (await cf.token(mine)).client_secret,
          'service token of another account': (await cf.token(other)).client_secret,
          'personal token': owner.key,
          'login token': await login(owner),
          'login token for CRM': await crmLogin(),
        },
      };
    };

    it('a service: the service tokens of its account, including its own, and nothing else', async () => {
      const { mine, tokens } = await subjects();
      const caller = await cf.token(mine);
      expect(await seenBy(basic(caller), { ...tokens, itself: caller.client_secret })).toEqual([
        'service token of the account',
        'itself',
      ]);
    });

    it('a service: no login to its account, although both belong to it', async () => {
      const caller = await cf.token(ACCOUNT.id);
      const tokens = { itself: caller.client_secret, 'login token for CRM': await crmLogin() };
      expect(await seenBy(basic(caller), tokens)).toEqual(['itself']);
    });

    it.each(['administrator', 'read_only'] as const)(
      'a member (%s): the service tokens of the account, and their own tokens',
      async (role) => {
        const { mine, tokens } = await subjects();
        const member = await cf.memberOf(mine, role);
        const all = { ...tokens, 'their own': member.key, 'their login': await login(member) };
        const expected = ['service token of the account', 'their own', 'their login'];
        expect(await seenBy(bearer(member.key), all)).toEqual(expected);
        expect(await seenBy(bearer(all['their login']), all)).toEqual(expected);
      },
    );

    it.each(['administrator', 'read_only'] as const)(
      'a member (%s): no login of another user to the account',
      async (role) => {
        const member = await cf.memberOf(ACCOUNT.id, role);
        expect(await seenBy(bearer(member.key), { 'login token for CRM': await crmLogin() })).toEqual([]);
      },
    );

    it('a user who is not a member: their own tokens', async () => {
      const { owner, tokens } = await subjects();
      expect(await seenBy(bearer(owner.key), tokens)).toEqual(['personal token', 'login token']);
    });

    it('a removed member: no longer the tokens of the account', async () => {
      const { mine, tokens } = await subjects();
      const member = await cf.memberOf(mine, 'administrator');
      expect(await seenBy(bearer(member.key), tokens)).toEqual(['service token of the account']);
      ok(await cf.admin.delete(`/accounts/${mine}/members/${member.memberId}`));
      expect(await seenBy(bearer(member.key), tokens)).toEqual([]);
    });

    it('an administrator of the server: all', async () => {
      const { tokens } = await subjects();
      expect(await seenBy(bearer(ADMIN.token), tokens)).toEqual(Object.keys(tokens));
    });

    /** The names of the tokens that a caller can see; all others must be inactive. */
    async function seenBy(caller: Headers, tokens: Record<string, string>): Promise<string[]> {
      const seen: string[] = [];
      for (const [name, token] of Object.entries(tokens)) {
        const told = await introspect(caller, token);
        if (told.active) seen.push(name);
        else expect([name, told]).toEqual([name, INACTIVE]);
      }
      return seen;
    }
  });

  describeForms(plane, 'introspect');

  it('the token is never read from the query', async () => {
    const token = await cf.token(ACCOUNT.id);
    const type = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const address = `/oauth2/introspect?token=${token.client_secret}`;
    const reply = await send(cf.server.baseUrl, 'POST', address, {
      headers: { ...type, ...basic(token) },
      body: 'x=y',
    });
    expect([reply.status, reply.json<Headers>().error]).toEqual([400, 'invalid_request']);
  });
});
