import { describe, expect, it } from '@jest/globals';
import { itNeedsAToken, itRefusesUnusableCallers, type Operation } from './common-cases.js';
import {
  PERMISSION_DENIED,
  UNAUTHORIZED,
  UNKNOWN_TOKEN_ID,
  UNKNOWN_USER,
  auditRows,
  canvusSuite,
  ok,
  refusal,
  stored,
  tokenPath,
  tokensOf,
} from './support.js';

const operation: Operation = { method: 'DELETE', path: ({ user }) => tokenPath(user.id, UNKNOWN_TOKEN_ID) };

canvusSuite('DELETE users/:id/access-tokens/:token-id', (canvus) => {
  describe('200', () => {
    it('answers an empty JSON object', async () => {
      const { id } = await canvus.token(1000);
      const reply = await canvus.admin.delete(tokenPath(1000, id));
      expect(ok(reply)).toEqual({});
      expect(reply.text).toBe('{}');
    });

    it('revokes the token before the answer is sent', async () => {
      const { id, plain_token: plain } = await canvus.token(1000);
      ok(await canvus.holder(plain).get('/users'));
      ok(await canvus.admin.delete(tokenPath(1000, id)));
      const reply = await canvus.holder(plain).get('/users');
      expect(reply.status).toBe(401);
      expect(reply.json()).toEqual(UNAUTHORIZED);
      expect(refusal(await canvus.anonymous.post('/users/login', { token: plain }), 401)).toBe('Invalid token');
    });

    it('lets a token delete itself, and not a second time', async () => {
      const { user } = await canvus.person();
      const { id, plain_token: plain } = await canvus.token(user.id);
      ok(await canvus.holder(plain).delete(tokenPath(user.id, id)));
      expect((await canvus.holder(plain).delete(tokenPath(user.id, id))).status).toBe(401);
    });

    it('leaves the user’s other tokens and logins alone', async () => {
      const person = await canvus.person();
      const { token: session } = await canvus.login(person);
      const { id } = await canvus.token(person.user.id);
      ok(await person.actor.delete(tokenPath(person.user.id, id)));
      ok(await person.actor.get(tokensOf(person.user.id)));
      ok(await canvus.holder(session).get(tokensOf(person.user.id)));
    });

    it('leaves only the audit row of the token, which names its author', async () => {
      const { id } = await canvus.token(1000, 'gone soon');
      ok(await canvus.admin.delete(tokenPath(1000, id)));
      expect(await stored(canvus.server, { tables: ['token'] })).not.toContain(id);
      const row = (await auditRows(canvus.server, { action: 'token.revoked' })).at(-1);
      expect(row).toMatchObject({ authorId: 1000, targetName: 'gone soon' });
      expect(row?.details).toMatchObject({ handle: id });
    });
  });

  describe('400', () => {
    it('refuses a user id that is not an integer', async () => {
      const reply = await canvus.admin.delete(`/users/me/access-tokens/${UNKNOWN_TOKEN_ID}`);
      expect(refusal(reply, 400)).toBe('User ID me is not an integer');
    });
  });

  describe('401', () => {
    itNeedsAToken(canvus, operation);
  });

  describe('403', () => {
    itRefusesUnusableCallers(canvus, operation);

    it('refuses regular users the token of another user, which stays valid', async () => {
      const { actor } = await canvus.person();
      const { id, plain_token: plain } = await canvus.token(1000);
      const reply = await actor.delete(tokenPath(1000, id));
      expect(reply.status).toBe(403);
      expect(reply.json()).toEqual(PERMISSION_DENIED);
      ok(await canvus.holder(plain).get('/users'));
    });
  });

  describe('404', () => {
    it('is the answer to a second deletion', async () => {
      const { id } = await canvus.token(1000);
      ok(await canvus.admin.delete(tokenPath(1000, id)));
      expect(refusal(await canvus.admin.delete(tokenPath(1000, id)), 404)).toBe('Access token not found');
    });

    it('does not delete a token under the path of another user', async () => {
      const { user, actor } = await canvus.person();
      const { id, plain_token: plain } = await canvus.token(1000);
      refusal(await canvus.admin.delete(tokenPath(user.id, id)), 404);
      refusal(await actor.delete(tokenPath(user.id, id)), 404);
      ok(await canvus.holder(plain).get('/users'));
    });

    it('does not delete a login token by any id it has in the database', async () => {
      const person = await canvus.person();
      const { token } = await canvus.login(person);
      const rows = await canvus.server.dataSource.query<{ id: string; handle: string }[]>(
        `SELECT id, handle FROM latchkey_token WHERE kind = 'session'`,
      );
      expect(rows.length).toBeGreaterThan(0);
      for (const { id, handle } of rows) {
        refusal(await person.actor.delete(tokenPath(person.user.id, id)), 404);
        refusal(await person.actor.delete(tokenPath(person.user.id, handle)), 404);
      }
      ok(await canvus.holder(token).get('/users'));
    });

    it('answers 404 for an unknown user', async () => {
      const reply = await canvus.admin.delete(tokenPath(UNKNOWN_USER, UNKNOWN_TOKEN_ID));
      expect(refusal(reply, 404)).toBe('User 999999 not found');
    });
  });
});
