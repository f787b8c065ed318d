import { describe, expect, it } from '@jest/globals';
import { itNeedsAToken, itRefusesUnusableCallers, type Operation } from './common-cases.js';
import { addTokens } from './many-rows.js';
import {
  PERMISSION_DENIED,
  TOKEN_TIME,
  UNKNOWN_USER,
  canvusSuite,
  newEmail,
  ok,
  refusal,
  stored,
  tokenPath,
  tokensOf,
  type AccessToken,
  type User,
} from './support.js';

const operation: Operation = { method: 'GET', path: ({ user }) => tokensOf(user.id) };

canvusSuite('GET users/:id/access-tokens', (canvus) => {
  describe('200', () => {
    it('is an empty array for a user without tokens', async () => {
      const user = ok<User>(await canvus.admin.post('/users', { email: newEmail(), name: 'New' }));
      expect(ok(await canvus.admin.get(tokensOf(user.id)))).toEqual([]);
    });

    it('shows every token in the documented keys and order, and never the token itself', async () => {
      const { user } = await canvus.person();
      const created = await canvus.token(user.id, 'shown');
      const reply = await canvus.admin.get(tokensOf(user.id));
      const list = ok<AccessToken[]>(reply);
      expect(list).toHaveLength(2);
      for (const token of list) {
        expect(Object.keys(token)).toEqual(['created_at', 'description', 'id']);
        expect(token.created_at).toMatch(TOKEN_TIME);
      }
      expect(list[1]).toEqual({ created_at: created.created_at, description: 'shown', id: created.id });
      expect(reply.text).not.toContain(created.plain_token);
    });

    it('is ordered by time of creation', async () => {
      const { user } = await canvus.person();
      const descriptions = ['c', 'a', 'd', 'b'];
      for (const description of descriptions) {
        await canvus.token(user.id, description);
        canvus.server.clock.advance(10);
      }
      const list = ok<AccessToken[]>(await canvus.admin.get(tokensOf(user.id)));
      expect(list.slice(1).map((token) => token.description)).toEqual(descriptions);
    });

    it('does not show login tokens', async () => {
      const person = await canvus.person();
      await canvus.login(person);
      expect(ok(await person.actor.get(tokensOf(person.user.id)))).toHaveLength(1);
    });

    it('shows regular users only their own tokens', async () => {
      const one = await canvus.person();
      const other = await canvus.person();
      const own = ok<AccessToken[]>(await one.actor.get(tokensOf(one.user.id)));
      const others = ok<AccessToken[]>(await other.actor.get(tokensOf(other.user.id)));
      expect(own).toHaveLength(1);
      expect(others).toHaveLength(1);
      expect(own[0]?.id).not.toBe(others[0]?.id);
    });

    it('no longer shows a deleted token', async () => {
      const { user } = await canvus.person();
      const { id } = await canvus.token(user.id);
      await canvus.admin.delete(tokenPath(user.id, id));
      const list = ok<AccessToken[]>(await canvus.admin.get(tokensOf(user.id)));
      expect(list.map((token) => token.id)).not.toContain(id);
    });

    it('is complete, however long', async () => {
      const { user } = await canvus.person();
      await addTokens(canvus.server, user.id, 120, 'one of many');
      expect(ok(await canvus.admin.get(tokensOf(user.id)))).toHaveLength(121);
    });

    it('changes nothing', async () => {
      const before = await stored(canvus.server);
      ok(await canvus.admin.get(tokensOf(1000)));
      expect(await stored(canvus.server)).toEqual(before);
    });
  });

  describe('400', () => {
    it.each(['me', 'current', '1000.0', '1e3', '0x3e8', '%20', '%EF%BC%91'])(
      'refuses %j as an id, quoting it',
      async (id) => {
        const reply = await canvus.admin.get(`/users/${id}/access-tokens`);
        expect(refusal(reply, 400)).toBe(`User ID ${decodeURIComponent(id)} is not an integer`);
      },
    );
  });

  describe('401', () => {
    itNeedsAToken(canvus, operation);
  });

  describe('403', () => {
    itRefusesUnusableCallers(canvus, operation);

    it.each([1000, UNKNOWN_USER])('refuses regular users the tokens of user %d', async (id) => {
      const { actor } = await canvus.person();
      const reply = await actor.get(tokensOf(id));
      expect(reply.status).toBe(403);
      expect(reply.json()).toEqual(PERMISSION_DENIED);
    });
  });

  describe('404', () => {
    it.each(['999999', '0', '-1', '2147483648', '1'.padEnd(400, '0')])('answers 404 for user %s', async (id) => {
      expect(refusal(await canvus.admin.get(`/users/${id}/access-tokens`), 404)).toMatch(/^User .* not found$/);
    });
  });
});
