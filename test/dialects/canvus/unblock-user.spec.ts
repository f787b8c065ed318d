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

const operation: Operation = { method: 'POST', path: ({ user }) => userPath(user.id, '/unblock') };

canvusSuite('POST users/:id/unblock', (canvus) => {
  describe('200', () => {
    it('unblocks: the tokens that the user had work again', async () => {
      const person = await canvus.person();
      const { token: session } = await canvus.login(person);
      ok(await canvus.admin.post(userPath(person.user.id, '/block')));
      const unblocked = ok<User>(await canvus.admin.post(userPath(person.user.id, '/unblock')));
      expect(Object.keys(unblocked)).toEqual(USER_KEYS);
      expect(unblocked).toMatchObject({ id: person.user.id, blocked: false });
      ok(await person.actor.get('/users'));
      ok(await canvus.holder(session).get('/users'));
      await canvus.login(person);
    });

    it('changes nothing when the user is not blocked', async () => {
      const { user } = await canvus.person();
      const before = await stored(canvus.server);
      expect(ok(await canvus.admin.post(userPath(user.id, '/unblock')))).toEqual(user);
      expect(await stored(canvus.server)).toEqual(before);
    });

    it('does not approve', async () => {
      const { user } = await canvus.person({ approved: false, blocked: true });
      const unblocked = ok<User>(await canvus.admin.post(userPath(user.id, '/unblock')));
      expect(unblocked).toMatchObject({ approved: false, blocked: false });
    });

    it('is audited', async () => {
      const { user } = await canvus.person({ blocked: true });
      ok(await canvus.admin.post(userPath(user.id, '/unblock')));
      const row = (await auditRows(canvus.server)).at(-1);
      expect(row).toMatchObject({ action: 'user.unblocked', authorId: 1000, targetId: String(user.id) });
    });
  });

  describe('400', () => {
    it('refuses an id that is no integer', async () => {
      expect(refusal(await canvus.admin.post('/users/me/unblock'), 400)).toBe('User ID me is not an integer');
    });
  });

  describe('401', () => {
    itNeedsAToken(canvus, operation);
  });

  describe('403', () => {
    itRefusesUnusableCallers(canvus, operation);

    it('refuses regular users, for themselves too', async () => {
      const { actor, user } = await canvus.person();
      for (const id of [1000, user.id, UNKNOWN_USER]) {
        const reply = await actor.post(userPath(id, '/unblock'));
        expect(reply.status).toBe(403);
        expect(reply.json()).toEqual(PERMISSION_DENIED);
      }
    });
  });

  describe('404', () => {
    it('knows no unknown user', async () => {
      const reply = await canvus.admin.post(userPath(UNKNOWN_USER, '/unblock'));
      expect(refusal(reply, 404)).toBe('User 999999 not found');
    });
  });
});
