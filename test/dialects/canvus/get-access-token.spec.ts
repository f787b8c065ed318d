import { describe, expect, it } from '@jest/globals';
import { itNeedsAToken, itRefusesUnusableCallers, type Operation } from './common-cases.js';
import {
  PERMISSION_DENIED,
  UNKNOWN_TOKEN_ID,
  UNKNOWN_USER,
  canvusSuite,
  ok,
  refusal,
  tokenPath,
  tokensOf,
  type AccessToken,
} from './support.js';

const operation: Operation = { method: 'GET', path: ({ user }) => tokenPath(user.id, UNKNOWN_TOKEN_ID) };

canvusSuite('GET users/:id/access-tokens/:token-id', (canvus) => {
  describe('200', () => {
    it('shows the token as the list shows it, in the documented keys and order', async () => {
      const { user } = await canvus.person();
      const created = await canvus.token(user.id, 'one');
      const reply = await canvus.admin.get(tokenPath(user.id, created.id));
      const token = ok<AccessToken>(reply);
      expect(Object.keys(token)).toEqual(['created_at', 'description', 'id']);
      expect(token).toEqual({ created_at: created.created_at, description: 'one', id: created.id });
      expect(ok<AccessToken[]>(await canvus.admin.get(tokensOf(user.id)))).toContainEqual(token);
      expect(reply.text).not.toContain(created.plain_token);
    });

    it('shows regular users their own token', async () => {
      const person = await canvus.person();
      const { id } = await canvus.token(person.user.id);
      expect(ok<AccessToken>(await person.actor.get(tokenPath(person.user.id, id))).id).toBe(id);
    });

    it('answers HEAD without a body', async () => {
      const { user } = await canvus.person();
      const { id } = await canvus.token(user.id);
      const reply = await canvus.admin.send('HEAD', tokenPath(user.id, id));
      expect(reply.status).toBe(200);
      expect(reply.text).toBe('');
    });
  });

  describe('400', () => {
    it('refuses a user id that is not an integer, whatever the token id', async () => {
      const reply = await canvus.admin.get(`/users/me/access-tokens/${UNKNOWN_TOKEN_ID}`);
      expect(refusal(reply, 400)).toBe('User ID me is not an integer');
    });
  });

  describe('401', () => {
    itNeedsAToken(canvus, operation);
  });

  describe('403', () => {
    itRefusesUnusableCallers(canvus, operation);

    it('refuses regular users the token of another user, whether or not it exists', async () => {
      const { actor } = await canvus.person();
      const { id } = await canvus.token(1000);
      for (const path of [tokenPath(1000, id), tokenPath(1000, UNKNOWN_TOKEN_ID), tokenPath(UNKNOWN_USER, id)]) {
        const reply = await actor.get(path);
        expect(reply.status).toBe(403);
        expect(reply.json()).toEqual(PERMISSION_DENIED);
      }
    });
  });

  describe('404', () => {
    it.each([
      ['nobody has', UNKNOWN_TOKEN_ID],
      ['is too short', 'JDJh'],
      ['is too long', 'J'.repeat(81)],
      ['holds a NUL', '%00'],
      ['looks like SQL', "'%20OR%20'1'='1"],
      ['is a wildcard', '%25'],
    ])('answers 404 for an id that %s', async (_kind, id) => {
      expect(refusal(await canvus.admin.get(tokenPath(1000, id)), 404)).toBe('Access token not found');
    });

    it('does not show a token under the path of another user', async () => {
      const { user } = await canvus.person();
      const { id } = await canvus.token(1000);
      expect(refusal(await canvus.admin.get(tokenPath(user.id, id)), 404)).toBe('Access token not found');
    });

    it('treats ids as case-sensitive', async () => {
      const { id } = await canvus.token(1000);
      refusal(await canvus.admin.get(tokenPath(1000, id.toLowerCase())), 404);
    });

    it('does not accept the plain token as an id', async () => {
      const { plain_token: plain } = await canvus.token(1000);
      const reply = await canvus.admin.get(tokenPath(1000, plain));
      refusal(reply, 404);
      expect(reply.text).not.toContain(plain);
    });

    it('answers 404 for an unknown user', async () => {
      const reply = await canvus.admin.get(tokenPath(UNKNOWN_USER, UNKNOWN_TOKEN_ID));
      expect(refusal(reply, 404)).toBe('User 999999 not found');
    });
  });
});
