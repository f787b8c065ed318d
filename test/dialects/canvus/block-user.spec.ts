import { describe, expect, it } from '@jest/globals';
import { ADMIN } from '../../support/test-server.js';
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

const operation: Operation = { method: 'POST', path: ({ user }) => userPath(user.id, '/block') };

canvusSuite('POST users/:id/block', (canvus) => {
  describe('200', () => {
    it('blocks: by the time of the answer no token of the user is accepted, and no login', async () => {
      const person = await canvus.person();
      const { token: session } = await canvus.login(person);
      const blocked = ok<User>(await canvus.admin.post(userPath(person.user.id, '/block')));
      expect(Object.keys(blocked)).toEqual(USER_KEYS);
      expect(blocked).toMatchObject({ id: person.user.id, blocked: true });
      refusal(await person.actor.get('/users'), 403);
      refusal(await canvus.holder(session).get('/users'), 403);
      const { email, password } = person;
      const login = await canvus.anonymous.post('/users/login', { email, password });
      expect(refusal(login, 401)).toBe('Invalid username or password.');
      const exchange = await canvus.anonymous.post('/users/login', { token: session });
      expect(refusal(exchange, 401)).toBe('Invalid token');
    });

    it('lets users block themselves', async () => {
      const { actor, user } = await canvus.person();
      expect(ok<User>(await actor.post(userPath(user.id, '/block'))).blocked).toBe(true);
      refusal(await actor.post(userPath(user.id, '/unblock')), 403);
    });

    it('changes nothing when the user is blocked, and writes no second audit row', async () => {
      const { user } = await canvus.person();
      ok(await canvus.admin.post(userPath(user.id, '/block')));
      const before = await stored(canvus.server);
      expect(ok<User>(await canvus.admin.post(userPath(user.id, '/block'))).blocked).toBe(true);
      expect(await stored(canvus.server)).toEqual(before);
    });

    it('is audited', async () => {
      const { user } = await canvus.person();
      ok(await canvus.admin.post(userPath(user.id, '/block')));
      const row = (await auditRows(canvus.server)).at(-1);
      expect(row).toMatchObject({ action: 'user.blocked', authorId: 1000, targetId: String(user.id) });
    });
  });

  describe('400', () => {
    it('refuses an id that is no integer', async () => {
      expect(refusal(await canvus.admin.post('/users/me/block'), 400)).toBe('User ID me is not an integer');
    });
  });

  describe('401', () => {
    itNeedsAToken(canvus, operation);
  });

  describe('403', () => {
    itRefusesUnusableCallers(canvus, operation);

    it('refuses regular users everybody else, whether or not he exists', async () => {
      const { actor } = await canvus.person();
      for (const id of [1000, UNKNOWN_USER]) {
        const reply = await actor.post(userPath(id, '/block'));
        expect(reply.status).toBe(403);
        expect(reply.json()).toEqual(PERMISSION_DENIED);
      }
    });

    it('does not block the last administrator', async () => {
      const reply = await canvus.admin.post(userPath(ADMIN.id, '/block'));
      expect(refusal(reply, 403)).toContain('last administrator');
      ok(await canvus.admin.get('/users'));
    });
  });

  describe('404', () => {
    it('knows no unknown user', async () => {
      const reply = await canvus.admin.post(userPath(UNKNOWN_USER, '/block'));
      expect(refusal(reply, 404)).toBe('User 999999 not found');
    });
  });
});
