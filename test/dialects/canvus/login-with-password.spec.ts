import { describe, expect, it } from '@jest/globals';
import { send } from '../../support/http.js';
import {
  PLAIN_TOKEN,
  USER_KEYS,
  USER_TIME,
  auditRows,
  canvusSuite,
  newEmail,
  ok,
  refusal,
  stored,
  userPath,
  type Canvus,
  type Login,
  type User,
} from './support.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MINUTE = 60_000;

const FORM = 'Login request must have either email and password or token';
const WRONG = 'Invalid username or password.';

async function statusOf(canvus: Canvus, token: string): Promise<number> {
  return (await canvus.holder(token).get('/users')).status;
}

canvusSuite('POST users/login with e-mail and password', (canvus) => {
  describe('200', () => {
    it('returns a token and the user, in the documented keys and order', async () => {
      const person = await canvus.person();
      const login = await canvus.login(person);
      expect(Object.keys(login)).toEqual(['token', 'user']);
      expect(login.token).toMatch(PLAIN_TOKEN);
      expect(Object.keys(login.user)).toEqual(USER_KEYS);
      expect(login.user).toEqual(person.user);
    });

    it('takes null beside the needed members for absent', async () => {
      const { email, password } = await canvus.person();
      const body = { email, password, token: null, remember: null, username: null };
      const reply = await send(canvus.server.baseUrl, 'POST', '/api/v1/users/login', { body: JSON.stringify(body) });
      expect(reply.status).toBe(200);
    });

    it('returns a token that acts as the user, exactly as an access token does', async () => {
      const person = await canvus.person();
      const session = canvus.holder((await canvus.login(person)).token);
      ok(await session.get(userPath(person.user.id, '/access-tokens')));
      refusal(await session.get('/users/1000/access-tokens'), 403);
    });

    it('shows the previous login as last_login', async () => {
      const person = await canvus.person();
      const current = async (): Promise<string> =>
        ok<User>(await person.actor.get(userPath(person.user.id))).last_login;
      expect((await canvus.login(person)).user.last_login).toBe('');
      const first = await current();
      expect(first).toMatch(USER_TIME);
      canvus.server.clock.advance(MINUTE);
      expect((await canvus.login(person)).user.last_login).toBe(first);
      const second = await current();
      expect(new Date(second).getTime() - new Date(first).getTime()).toBeGreaterThanOrEqual(MINUTE);
    });

    it('compares addresses without regard to case', async () => {
      const person = await canvus.person();
      const { user } = await canvus.login({ email: person.email.toUpperCase(), password: person.password });
      expect(user.email).toBe(person.email);
    });

    it('returns a new token each time, and all of them are valid', async () => {
      const person = await canvus.person();
      const tokens = [await canvus.login(person), await canvus.login(person)].map(({ token }) => token);
      expect(tokens[0]).not.toBe(tokens[1]);
      for (const token of tokens) expect(await statusOf(canvus, token)).toBe(200);
    });

    it.each([
      ['24 hours', {}, DAY],
      ['24 hours when remember is false', { remember: false }, DAY],
      ['30 days when remember is true', { remember: true }, 30 * DAY],
    ])('returns a token that lives for %s', async (_kind, more, lifetime) => {
      const person = await canvus.person();
      const { token } = await canvus.login(person, more);
      canvus.server.clock.advance(lifetime - MINUTE);
      expect(await statusOf(canvus, token)).toBe(200);
      canvus.server.clock.advance(MINUTE);
      const reply = await canvus.holder(token).get('/users');
      expect(reply.status).toBe(401);
      expect(reply.json()).toEqual({ message: '401 Unauthorized' });
      expect((await person.actor.get('/users')).status).toBe(200);
    });

    it('is audited with the address of the caller, and the token is stored nowhere', async () => {
      const person = await canvus.person();
      const { token } = await canvus.login(person);
      const row = (await auditRows(canvus.server)).at(-1);
      expect(row).toMatchObject({
        action: 'user.logged_in',
        targetType: 'user',
        targetId: String(person.user.id),
        ipAddress: '127.0.0.1',
      });
      const everything = await stored(canvus.server);
      expect(everything).not.toContain(token);
      expect(everything).not.toContain(person.password);
    });
  });

  it('takes a user name alone for the address, as the newest client sends it', async () => {
    const { email, password, user } = await canvus.person();
    const reply = await canvus.anonymous.post('/users/login', { username: email, password });
    expect(ok<Login>(reply).user.id).toBe(user.id);
    refusal(await canvus.anonymous.post('/users/login', { username: email, password: 'wrong one' }), 401);
  });

  describe('400', () => {
    const good = { email: 'someone@example.com', password: 'some password' };

    it.each([
      ['nothing', undefined],
      ['an empty object', {}],
      ['an address alone', { email: good.email }],
      ['a password alone', { password: good.password }],
      ['an address, a password and a token', { ...good, token: 'x' }],
      ['an address and a token', { email: good.email, token: 'x' }],
      ['an additional user name', { ...good, username: 'someone' }],
      ['an additional user name that is the address', { ...good, username: good.email }],
      ['a user name alone', { username: good.email }],
      ['a user name and a token', { username: good.email, token: 'x' }],
      ['a user name that is a number', { username: 5, password: good.password }],
      ['an additional unknown member', { ...good, otp: '123456' }],
      ['an additional member __proto__', '{"email":"a@example.com","password":"p","__proto__":{"admin":true}}'],
      ['an address that is a number', { ...good, email: 5 }],
      ['a password that is null', { ...good, password: null }],
      ['a password that is an array', { ...good, password: ['p'] }],
      ['remember as a string', { ...good, remember: 'true' }],
    ])('refuses %s', async (_kind, body) => {
      const before = await stored(canvus.server);
      const reply = await canvus.anonymous.post('/users/login', body);
      expect(refusal(reply, 400)).toBe(FORM);
      expect(await stored(canvus.server)).toEqual(before);
    });
  });

  describe('401', () => {
    it('gives the same message, whatever the reason', async () => {
      const person = await canvus.person();
      const blocked = await canvus.person({ blocked: true });
      const unapproved = await canvus.person({ approved: false });
      const without = newEmail();
      ok(await canvus.admin.post('/users', { email: without, name: 'No password' }));
      const attempts = [
        { email: person.email, password: 'wrong' },
        { email: person.email, password: '' },
        { email: person.email, password: person.password.toUpperCase() },
        { email: person.email, password: `${person.password} ` },
        { email: person.email, password: `${person.password}\0` },
        { email: person.email, password: 'p'.repeat(5000) },
        { email: ` ${person.email}`, password: person.password },
        { email: 'nobody@example.com', password: 'whatever' },
        { email: '', password: '' },
        { email: blocked.email, password: blocked.password },
        { email: unapproved.email, password: unapproved.password },
        { email: without, password: '' },
      ];
      for (const attempt of attempts) {
        const reply = await canvus.anonymous.post('/users/login', attempt);
        expect(refusal(reply, 401)).toBe(WRONG);
        expect(reply.headers['retry-after']).toBeUndefined();
      }
    });

    it('leaves last_login as it was', async () => {
      const { actor, email, user } = await canvus.person();
      refusal(await canvus.anonymous.post('/users/login', { email, password: 'wrong' }), 401);
      expect(ok<User>(await actor.get(userPath(user.id))).last_login).toBe('');
    });

    it('is audited with address and e-mail, and without the password', async () => {
      const { email } = await canvus.person();
      refusal(await canvus.anonymous.post('/users/login', { email, password: 'Tell-nobody-3' }), 401);
      const rows = await auditRows(canvus.server, { action: 'user.login_failed' });
      expect(rows.at(-1)).toMatchObject({ authorId: null, ipAddress: '127.0.0.1', targetName: email });
      expect(await stored(canvus.server)).not.toContain('Tell-nobody-3');
    });

    it('is the answer to the right password while password logins are switched off', async () => {
      const person = await canvus.person();
      const set = async (enabled: boolean): Promise<void> => {
        ok(await canvus.admin.patch('/server-config', { authentication: { password: { enabled } } }));
      };
      await set(false);
      const { email, password } = person;
      expect(refusal(await canvus.anonymous.post('/users/login', { email, password }), 401)).toBe(WRONG);
      ok<Login>(await canvus.anonymous.post('/users/login', { token: person.actor.token }));
      await set(true);
      await canvus.login(person);
    });
  });
});
