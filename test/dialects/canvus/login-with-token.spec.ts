import { describe, expect, it } from '@jest/globals';
import {
  PLAIN_TOKEN,
  UNKNOWN_TOKEN,
  USER_KEYS,
  auditRows,
  canvusSuite,
  ok,
  refusal,
  stored,
  tokenPath,
  tokensOf,
  userPath,
  type Login,
  type User,
} from './support.js';

const DAY = 24 * 3_600_000;
const HOUR = 3_600_000;

canvusSuite('POST users/login with a token', (canvus) => {
  const exchange = async (token: string, more: Record<string, unknown> = {}): Promise<Login> =>
    ok<Login>(await canvus.anonymous.post('/users/login', { token, ...more }));
  const statusOf = async (token: string): Promise<number> => (await canvus.holder(token).get('/users')).status;

  describe('200', () => {
    it('returns the user of an access token, in the documented keys and order', async () => {
      const person = await canvus.person();
      const login = await exchange(person.actor.token ?? '');
      expect(Object.keys(login)).toEqual(['token', 'user']);
      expect(login.token).toMatch(PLAIN_TOKEN);
      expect(Object.keys(login.user)).toEqual(USER_KEYS);
      expect(login.user).toEqual(person.user);
    });

    it('returns a different token and leaves the old one valid', async () => {
      const person = await canvus.person();
      for (const old of [person.actor.token ?? '', (await canvus.login(person)).token]) {
        const { token } = await exchange(old);
        expect(token).not.toBe(old);
        expect(await statusOf(token)).toBe(200);
        expect(await statusOf(old)).toBe(200);
      }
    });

    it('extends a login beyond the life of the old token', async () => {
      const person = await canvus.person();
      const { token: old } = await canvus.login(person);
      canvus.server.clock.advance(DAY - HOUR);
      const { token } = await exchange(old);
      canvus.server.clock.advance(2 * HOUR);
      expect(await statusOf(old)).toBe(401);
      expect(await statusOf(token)).toBe(200);
      canvus.server.clock.advance(DAY - 2 * HOUR);
      expect(await statusOf(token)).toBe(401);
    });

    it('lasts 30 days if remember is true', async () => {
      const { actor } = await canvus.person();
      const { token } = await exchange(actor.token ?? '', { remember: true });
      canvus.server.clock.advance(30 * DAY - HOUR);
      expect(await statusOf(token)).toBe(200);
      canvus.server.clock.advance(HOUR);
      expect(await statusOf(token)).toBe(401);
    });

    it('counts as a login: last_login is the one before, then this one', async () => {
      const { actor, user } = await canvus.person();
      expect((await exchange(actor.token ?? '')).user.last_login).toBe('');
      const first = ok<User>(await actor.get(userPath(user.id))).last_login;
      expect(first).not.toBe('');
      canvus.server.clock.advance(1000);
      expect((await exchange(actor.token ?? '')).user.last_login).toBe(first);
      expect(ok<User>(await actor.get(userPath(user.id))).last_login > first).toBe(true);
    });

    it('returns a login token, which no list of access tokens shows', async () => {
      const { actor, user } = await canvus.person();
      await exchange(actor.token ?? '');
      expect(ok(await actor.get(tokensOf(user.id)))).toHaveLength(1);
    });

    it('returns a login that ends when the access token it was created with is deleted', async () => {
      const { user } = await canvus.person();
      const { id, plain_token: plain } = await canvus.token(user.id);
      const { token } = await exchange(plain);
      ok(await canvus.admin.delete(tokenPath(user.id, id)));
      expect(await statusOf(token)).toBe(401);
    });

    it('is audited, without either token', async () => {
      const { actor, user } = await canvus.person();
      const { token } = await exchange(actor.token ?? '');
      const row = (await auditRows(canvus.server)).at(-1);
      expect(row).toMatchObject({ action: 'user.logged_in', targetId: String(user.id), ipAddress: '127.0.0.1' });
      const everything = await stored(canvus.server);
      expect(everything).not.toContain(token);
      expect(everything).not.toContain(actor.token);
    });
  });

  describe('400', () => {
    it.each([
      ['a number', { token: 5 }],
      ['null', { token: null }],
      ['an array', { token: [UNKNOWN_TOKEN] }],
      ['accompanied by a password', { token: UNKNOWN_TOKEN, password: 'p' }],
      ['accompanied by an unknown member', { token: UNKNOWN_TOKEN, user: 5 }],
    ])('refuses a token that is %s', async (_kind, body) => {
      const reply = await canvus.anonymous.post('/users/login', body);
      expect(refusal(reply, 400)).toBe('Login request must have either email and password or token');
    });
  });

  describe('401', () => {
    it.each([
      ['nobody has', UNKNOWN_TOKEN],
      ['is empty', ''],
      ['is too long', 'x'.repeat(5000)],
      ['holds a NUL', 'x\0'],
      ['is an SQL fragment', `' OR '1'='1`],
    ])('refuses a token that %s, and audits it without the token', async (_kind, token) => {
      const failures = (): ReturnType<typeof auditRows> => auditRows(canvus.server, { action: 'user.login_failed' });
      const before = (await failures()).at(-1)?.occurrences ?? 0;
      expect(refusal(await canvus.anonymous.post('/users/login', { token }), 401)).toBe('Invalid token');
      const rows = await failures();
      expect(rows).toMatchObject([{ targetName: null, ipAddress: '127.0.0.1', occurrences: before + 1 }]);
      if (token.length > 4) expect(JSON.stringify(rows.at(-1))).not.toContain(token);
    });

    it('refuses an expired login token, a deleted access token and one that was logged out', async () => {
      const person = await canvus.person();
      const { token: expired } = await canvus.login(person);
      canvus.server.clock.advance(DAY);
      const { id, plain_token: deleted } = await canvus.token(person.user.id);
      ok(await canvus.admin.delete(tokenPath(person.user.id, id)));
      const { token: ended } = await canvus.login(person);
      ok(await canvus.holder(ended).post('/users/logout'));
      for (const token of [expired, deleted, ended]) {
        expect(refusal(await canvus.anonymous.post('/users/login', { token }), 401)).toBe('Invalid token');
      }
    });

    it('refuses the tokens of users who are blocked or not approved, with the same message', async () => {
      const blocked = await canvus.person({ blocked: true });
      const unapproved = await canvus.person({ approved: false });
      for (const { actor } of [blocked, unapproved]) {
        const reply = await canvus.anonymous.post('/users/login', { token: actor.token });
        expect(refusal(reply, 401)).toBe('Invalid token');
      }
    });

    it('ignores the token in the header', async () => {
      refusal(await canvus.admin.post('/users/login', {}), 400);
    });
  });
});
