import { describe, expect, it } from '@jest/globals';
import { ADMIN } from '../../support/test-server.js';
import { itNeedsAToken, itRefusesUnusableCallers, type Operation } from './common-cases.js';
import {
  PERMISSION_DENIED,
  UNKNOWN_USER,
  USER_KEYS,
  auditRows,
  canvusSuite,
  newEmail,
  ok,
  refusal,
  stored,
  tokensOf,
  userPath,
  type CreatedAccessToken,
  type User,
} from './support.js';

const operation: Operation = {
  method: 'POST',
  path: ({ user }) => userPath(user.id, '/password'),
  body: { current_password: 'old', new_password: 'not to be' },
};

canvusSuite('POST users/:id/password', (canvus) => {
  describe('200', () => {
    it('changes the caller’s own password, given the current one', async () => {
      const { actor, user, email, password } = await canvus.person();
      const body = { current_password: password, new_password: 'A new one' };
      const reply = await actor.post(userPath(user.id, '/password'), body);
      const shown = ok<User>(reply);
      expect(Object.keys(shown)).toEqual(USER_KEYS);
      expect(shown).toEqual(user);
      expect(reply.text).not.toContain('A new one');
      refusal(await canvus.anonymous.post('/users/login', { email, password }), 401);
      await canvus.login({ email, password: 'A new one' });
    });

    it('ends the user’s other logins, but not the one used, and no access token', async () => {
      const person = await canvus.person();
      const asking = canvus.holder((await canvus.login(person)).token);
      const other = canvus.holder((await canvus.login(person)).token);
      const body = { current_password: person.password, new_password: 'the next one' };
      ok(await asking.post(userPath(person.user.id, '/password'), body));
      ok(await asking.get('/users'));
      ok(await person.actor.get('/users'));
      expect((await other.get('/users')).status).toBe(401);
    });

    it.each([
      ['without the current password', {}],
      ['with a wrong one, which is ignored', { current_password: 'wrong' }],
    ])('lets administrators set the password of others %s', async (_kind, more) => {
      const person = await canvus.person();
      const session = canvus.holder((await canvus.login(person)).token);
      const path = userPath(person.user.id, '/password');
      ok(await canvus.admin.post(path, { new_password: 'set by admin', ...more }));
      await canvus.login({ email: person.email, password: 'set by admin' });
      expect((await session.get('/users')).status).toBe(401);
      ok(await person.actor.get('/users'));
    });

    it('sets a first password for a user without one', async () => {
      const email = newEmail();
      const { id } = ok<User>(await canvus.admin.post('/users', { email, name: 'No password' }));
      ok(await canvus.admin.post(userPath(id, '/password'), { new_password: 'the first' }));
      await canvus.login({ email, password: 'the first' });
    });

    it('leaves other users’ logins alone', async () => {
      const other = await canvus.person();
      const session = canvus.holder((await canvus.login(other)).token);
      const { user } = await canvus.person();
      ok(await canvus.admin.post(userPath(user.id, '/password'), { new_password: 'exchanged' }));
      ok(await session.get('/users'));
    });

    it('is audited, and the password is stored nowhere', async () => {
      const { user } = await canvus.person();
      ok(await canvus.admin.post(userPath(user.id, '/password'), { new_password: 'Tell-nobody-2' }));
      const row = (await auditRows(canvus.server)).at(-1);
      expect(row).toMatchObject({ action: 'user.password_changed', authorId: 1000, targetId: String(user.id) });
      expect(await stored(canvus.server)).not.toContain('Tell-nobody-2');
    });
  });

  describe('400', () => {
    it.each([
      ['new_password is missing', { new_password: undefined }, 'new_password parameter is missing'],
      ['new_password is null', { new_password: null }, 'new_password parameter is missing'],
      ['new_password is a number', { new_password: 5 }, 'new_password'],
      ['new_password has 7 characters', { new_password: '1234567' }, 'password must be at least 8 characters long'],
      ['new_password is empty', { new_password: '' }, 'new_password'],
      ['new_password has 73 bytes', { new_password: 'p'.repeat(73) }, 'password'],
      ['new_password has a NUL', { new_password: 'before\0after' }, 'password'],
      ['current_password is missing', { current_password: undefined }, 'current_password parameter is missing'],
      ['current_password is an array', { current_password: ['x'] }, 'current_password'],
    ])('says what is wrong when %s, and changes nothing', async (_kind, fault, text) => {
      const { actor, user, password } = await canvus.person();
      const before = await stored(canvus.server);
      const body = { current_password: password, new_password: 'the next one', ...fault };
      const reply = await actor.post(userPath(user.id, '/password'), body);
      expect(refusal(reply, 400)).toContain(text);
      expect(await stored(canvus.server)).toEqual(before);
    });

    it('requires administrators to give their own current password', async () => {
      const reply = await canvus.admin.post(userPath(ADMIN.id, '/password'), { new_password: 'the next one' });
      expect(refusal(reply, 400)).toBe('current_password parameter is missing');
    });
  });

  describe('401', () => {
    itNeedsAToken(canvus, operation);
  });

  describe('403', () => {
    itRefusesUnusableCallers(canvus, operation);

    it.each([
      ['wrong', 'wrong'],
      ['empty', ''],
      ['right except for its case', 'PASSWORD'],
      ['longer than any password can be', 'p'.repeat(500)],
    ])('refuses a current password that is %s, and changes nothing', async (_kind, current) => {
      const person = await canvus.person({ password: 'password' });
      const before = await stored(canvus.server, { tables: ['user'] });
      const body = { current_password: current, new_password: 'the next one' };
      const reply = await person.actor.post(userPath(person.user.id, '/password'), body);
      refusal(reply, 403);
      expect(await stored(canvus.server, { tables: ['user'] })).toEqual(before);
      await canvus.login({ email: person.email, password: 'password' });
    });

    it('refuses a user without a password, who has nothing to confirm with', async () => {
      const user = ok<User>(await canvus.admin.post('/users', { email: newEmail(), name: 'No password' }));
      const created = await canvus.admin.post(tokensOf(user.id), { description: 'd' });
      const actor = canvus.holder(ok<CreatedAccessToken>(created).plain_token);
      const body = { current_password: '', new_password: 'the next one' };
      refusal(await actor.post(userPath(user.id, '/password'), body), 403);
    });

    it('refuses regular users for other users, whether or not those exist', async () => {
      const { actor } = await canvus.person();
      for (const id of [1000, UNKNOWN_USER]) {
        const reply = await actor.post(userPath(id, '/password'), { new_password: 'taken' });
        expect(reply.status).toBe(403);
        expect(reply.json()).toEqual(PERMISSION_DENIED);
      }
    });
  });

  describe('404', () => {
    it('answers 404 for an unknown user', async () => {
      const reply = await canvus.admin.post(userPath(UNKNOWN_USER, '/password'), { new_password: 'the next one' });
      expect(refusal(reply, 404)).toBe('User 999999 not found');
    });
  });
});
