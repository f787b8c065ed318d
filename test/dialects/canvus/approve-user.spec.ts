import { describe, expect, it } from '@jest/globals';
import { itNeedsAToken, itRefusesUnusableCallers, type Operation } from './common-cases.js';
import {
  PERMISSION_DENIED,
  UNKNOWN_USER,
  USER_KEYS,
  auditRows,
  canvusSuite,
  ok,
  refusal,
  stored,
  userPath,
  type User,
} from './support.js';

const operation: Operation = { method: 'POST', path: ({ user }) => userPath(user.id, '/approve') };

canvusSuite('POST users/:id/approve', (canvus) => {
  describe('200', () => {
    it('approves: the user can sign in and his tokens work', async () => {
      const person = await canvus.person({ approved: false });
      const { email, password } = person;
      refusal(await canvus.anonymous.post('/users/login', { email, password }), 401);
      const approved = ok<User>(await canvus.admin.post(userPath(person.user.id, '/approve')));
      expect(Object.keys(approved)).toEqual(USER_KEYS);
      expect(approved).toEqual({ ...person.user, approved: true });
      await canvus.login(person);
      ok(await person.actor.get('/users'));
    });

    it('changes nothing when the user is approved, and writes no second audit row', async () => {
      const { user } = await canvus.person({ approved: false });
      ok(await canvus.admin.post(userPath(user.id, '/approve')));
      const before = await stored(canvus.server);
      expect(ok<User>(await canvus.admin.post(userPath(user.id, '/approve'))).approved).toBe(true);
      expect(await stored(canvus.server)).toEqual(before);
    });

    it('does not unblock', async () => {
      const { user } = await canvus.person({ approved: false, blocked: true });
      const approved = ok<User>(await canvus.admin.post(userPath(user.id, '/approve')));
      expect(approved).toMatchObject({ approved: true, blocked: true });
    });

    it('is audited', async () => {
      const { user } = await canvus.person({ approved: false });
      ok(await canvus.admin.post(userPath(user.id, '/approve')));
      const row = (await auditRows(canvus.server)).at(-1);
      expect(row).toMatchObject({ action: 'user.approved', authorId: 1000, targetId: String(user.id) });
    });
  });

  describe('400', () => {
    it('refuses an id that is no integer', async () => {
      expect(refusal(await canvus.admin.post('/users/me/approve'), 400)).toBe('User ID me is not an integer');
    });
  });

  describe('401', () => {
    itNeedsAToken(canvus, operation);
  });

  describe('403', () => {
    itRefusesUnusableCallers(canvus, operation);

    it('refuses regular users', async () => {
      const { actor } = await canvus.person();
      const { user } = await canvus.person({ approved: false });
      for (const id of [user.id, UNKNOWN_USER]) {
        const reply = await actor.post(userPath(id, '/approve'));
        expect(reply.status).toBe(403);
        expect(reply.json()).toEqual(PERMISSION_DENIED);
      }
      expect(ok<User>(await canvus.admin.get(userPath(user.id))).approved).toBe(false);
    });
  });

  describe('404', () => {
    it('knows no unknown user', async () => {
      const reply = await canvus.admin.post(userPath(UNKNOWN_USER, '/approve'));
      expect(refusal(reply, 404)).toBe('User 999999 not found');
    });
  });
});
