import { describe, expect, it } from '@jest/globals';
import { itNeedsAToken, itRefusesUnusableCallers, type Operation } from './common-cases.js';
import { USER_KEYS, USER_TIME, canvusSuite, ok, refusal, userPath, type User } from './support.js';

const operation: Operation = { method: 'GET', path: ({ user }) => userPath(user.id) };

canvusSuite('GET users/:id', (canvus) => {
  describe('200', () => {
    it('shows the user as in the list, in the documented keys and order', async () => {
      const { user } = await canvus.person();
      const shown = ok<User>(await canvus.admin.get(userPath(user.id)));
      expect(Object.keys(shown)).toEqual(USER_KEYS);
      expect(shown).toEqual(user);
      expect(ok<User[]>(await canvus.admin.get('/users'))).toContainEqual(shown);
    });

    it('shows the id as a number and the times in UTC', async () => {
      const { user } = await canvus.person();
      expect(user.id).toBeGreaterThan(1000);
      expect(Number.isInteger(user.id)).toBe(true);
      expect(user.created_at).toMatch(USER_TIME);
      expect(Math.abs(new Date(user.created_at).getTime() - canvus.server.clock.now().getTime())).toBeLessThan(60_000);
    });

    it('shows any user to any signed-in user', async () => {
      const { actor } = await canvus.person();
      expect(ok<User>(await actor.get('/users/1000')).id).toBe(1000);
    });

    it('shows no last login before the first one, and its time afterwards', async () => {
      const person = await canvus.person();
      expect(ok<User>(await person.actor.get(userPath(person.user.id))).last_login).toBe('');
      const before = canvus.server.clock.now().getTime();
      await canvus.login(person);
      const { last_login: text } = ok<User>(await person.actor.get(userPath(person.user.id)));
      expect(text).toMatch(USER_TIME);
      expect(new Date(text).getTime()).toBeGreaterThanOrEqual(before);
      expect(new Date(text).getTime()).toBeLessThanOrEqual(canvus.server.clock.now().getTime());
    });

    it('does not count the use of an access token as a login', async () => {
      const { actor, user } = await canvus.person();
      await actor.get('/users');
      expect(ok<User>(await actor.get(userPath(user.id))).last_login).toBe('');
    });
  });

  describe('400', () => {
    it.each(['me', 'current', '1000a', '1,000', '1.5', '0x3E8'])('refuses %j as an id, quoting it', async (id) => {
      expect(refusal(await canvus.admin.get(`/users/${id}`), 400)).toBe(`User ID ${id} is not an integer`);
    });
  });

  describe('401', () => {
    itNeedsAToken(canvus, operation);
  });

  describe('403', () => {
    itRefusesUnusableCallers(canvus, operation);
  });

  describe('404', () => {
    it.each(['01000', '999999', '999', '0', '-1', '2147483648', '9007199254740993', '9'.repeat(400)])(
      'answers 404 for user %s, to administrators and regular users alike',
      async (id) => {
        const { actor } = await canvus.person();
        for (const caller of [canvus.admin, actor]) {
          expect(refusal(await caller.get(`/users/${id}`), 404)).toMatch(/^User .* not found$/);
        }
      },
    );

    it('answers 404 for a deleted user', async () => {
      const { user } = await canvus.person();
      ok(await canvus.admin.delete(userPath(user.id)));
      expect(refusal(await canvus.admin.get(userPath(user.id)), 404)).toBe(`User ${String(user.id)} not found`);
    });
  });
});
