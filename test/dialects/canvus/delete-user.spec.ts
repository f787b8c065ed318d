import { describe, expect, it } from '@jest/globals';
import { ADMIN } from '../../support/test-server.js';
import { itNeedsAToken, itRefusesUnusableCallers, type Operation } from './common-cases.js';
import {
  PERMISSION_DENIED,
  UNAUTHORIZED,
  UNKNOWN_USER,
  auditRows,
  canvusSuite,
  ok,
  refusal,
  rowsOf,
  stored,
  tokensOf,
  userPath,
} from './support.js';

const operation: Operation = { method: 'DELETE', path: ({ user }) => userPath(user.id) };

canvusSuite('DELETE users/:id', (canvus) => {
  describe('200', () => {
    it('answers an empty JSON object, and the user is gone', async () => {
      const { user } = await canvus.person();
      const reply = await canvus.admin.delete(userPath(user.id));
      ok(reply);
      expect(reply.text).toBe('{}');
      refusal(await canvus.admin.get(userPath(user.id)), 404);
    });

    it('ends all access tokens and logins of the user', async () => {
      const person = await canvus.person();
      const { token: session } = await canvus.login(person);
      ok(await canvus.admin.delete(userPath(person.user.id)));
      for (const actor of [person.actor, canvus.holder(session)]) {
        const reply = await actor.get('/users');
        expect(reply.status).toBe(401);
        expect(reply.json()).toEqual(UNAUTHORIZED);
      }
      const { email, password } = person;
      expect(refusal(await canvus.anonymous.post('/users/login', { email, password }), 401)).toBe(
        'Invalid username or password.',
      );
      refusal(await canvus.admin.get(tokensOf(person.user.id)), 404);
    });

    it('leaves no row of the user except one audit row that names the author', async () => {
      const person = await canvus.person();
      await canvus.login(person);
      ok(await canvus.admin.delete(userPath(person.user.id)));
      const [user, token, membership] = await Promise.all(
        (['user', 'token', 'membership'] as const).map((table) => rowsOf(canvus.server, table)),
      );
      const { id } = person.user;
      expect(user).not.toContainEqual(expect.objectContaining({ id }));
      expect(token).not.toContainEqual(expect.objectContaining({ user_id: id }));
      expect(membership).not.toContainEqual(expect.objectContaining({ user_id: id }));
      const rows = await auditRows(canvus.server, { action: 'user.deleted', targetId: String(id) });
      expect(rows).toHaveLength(1);
      expect(rows[0]).toMatchObject({ authorId: 1000, targetName: person.user.name });
    });

    it('lets an administrator delete another', async () => {
      const other = await canvus.person({ admin: true });
      ok(await canvus.admin.delete(userPath(other.user.id)));
    });

    it('does not affect other users', async () => {
      const { user } = await canvus.person();
      const other = await canvus.person();
      ok(await canvus.admin.delete(userPath(user.id)));
      ok(await other.actor.get(tokensOf(other.user.id)));
    });
  });

  describe('400', () => {
    it('refuses an id that is not an integer', async () => {
      expect(refusal(await canvus.admin.delete('/users/me'), 400)).toBe('User ID me is not an integer');
    });
  });

  describe('401', () => {
    itNeedsAToken(canvus, operation);
  });

  describe('403', () => {
    itRefusesUnusableCallers(canvus, operation);

    it('refuses regular users for every user, including themselves', async () => {
      const { actor, user } = await canvus.person();
      const before = await stored(canvus.server);
      for (const id of [1000, user.id, UNKNOWN_USER]) {
        const reply = await actor.delete(userPath(id));
        expect(reply.status).toBe(403);
        expect(reply.json()).toEqual(PERMISSION_DENIED);
      }
      expect(await stored(canvus.server)).toEqual(before);
    });

    it('does not let administrators delete themselves, even if there are others', async () => {
      expect(refusal(await canvus.admin.delete(userPath(ADMIN.id)), 403)).toMatch(/yourself|last administrator/);
      const other = await canvus.person({ admin: true });
      expect(refusal(await other.actor.delete(userPath(other.user.id)), 403)).toContain('yourself');
      ok(await canvus.admin.delete(userPath(other.user.id)));
    });
  });

  describe('404', () => {
    it('answers 404 for an unknown user and for a second deletion', async () => {
      expect(refusal(await canvus.admin.delete(userPath(UNKNOWN_USER)), 404)).toBe('User 999999 not found');
      const { user } = await canvus.person();
      ok(await canvus.admin.delete(userPath(user.id)));
      refusal(await canvus.admin.delete(userPath(user.id)), 404);
    });
  });
});
