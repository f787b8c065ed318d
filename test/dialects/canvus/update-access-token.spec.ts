import { describe, expect, it } from '@jest/globals';
import { itNeedsAToken, itRefusesUnusableCallers, type Operation } from './common-cases.js';
import {
  PECULIAR_TEXTS,
  PERMISSION_DENIED,
  UNKNOWN_TOKEN_ID,
  UNKNOWN_USER,
  auditRows,
  canvusSuite,
  ok,
  refusal,
  stored,
  tokenPath,
  tokensOf,
  type AccessToken,
} from './support.js';

const operation: Operation = {
  method: 'PATCH',
  path: ({ user }) => tokenPath(user.id, UNKNOWN_TOKEN_ID),
  body: { description: 'not to be' },
};

canvusSuite('PATCH users/:id/access-tokens/:token-id', (canvus) => {
  describe('200', () => {
    it('changes the description and nothing else, in the documented keys and order', async () => {
      const created = await canvus.token(1000, 'before');
      canvus.server.clock.advance(5000);
      const reply = await canvus.admin.patch(tokenPath(1000, created.id), { description: 'after' });
      const changed = ok<AccessToken>(reply);
      expect(Object.keys(changed)).toEqual(['created_at', 'description', 'id']);
      expect(changed).toEqual({ created_at: created.created_at, description: 'after', id: created.id });
      expect(ok(await canvus.admin.get(tokenPath(1000, created.id)))).toEqual(changed);
      ok(await canvus.holder(created.plain_token).get('/users'));
    });

    it.each(PECULIAR_TEXTS)('keeps a description byte for byte: %s', async (_kind, description) => {
      const { id } = await canvus.token(1000);
      expect(ok<AccessToken>(await canvus.admin.patch(tokenPath(1000, id), { description })).description).toBe(
        description,
      );
      expect(ok<AccessToken>(await canvus.admin.get(tokenPath(1000, id))).description).toBe(description);
    });

    it('accepts an empty description', async () => {
      const { id } = await canvus.token(1000);
      expect(ok<AccessToken>(await canvus.admin.patch(tokenPath(1000, id), { description: '' })).description).toBe('');
    });

    it('lets regular users describe their own tokens, including the presented one', async () => {
      const person = await canvus.person();
      const [token] = ok<AccessToken[]>(await person.actor.get(tokensOf(person.user.id)));
      const path = tokenPath(person.user.id, token?.id ?? '');
      expect(ok<AccessToken>(await person.actor.patch(path, { description: 'mine' })).description).toBe('mine');
    });

    it('does not touch other tokens', async () => {
      const other = await canvus.token(1000, 'other');
      const { id } = await canvus.token(1000, 'one');
      ok(await canvus.admin.patch(tokenPath(1000, id), { description: 'changed' }));
      expect(ok<AccessToken>(await canvus.admin.get(tokenPath(1000, other.id))).description).toBe('other');
    });

    it('ignores unknown members', async () => {
      const created = await canvus.token(1000);
      const body = { description: 'd', id: UNKNOWN_TOKEN_ID, created_at: '1999-01-01T00:00:00.000', user_id: 1 };
      const changed = ok<AccessToken>(await canvus.admin.patch(tokenPath(1000, created.id), body));
      expect(changed).toEqual({ created_at: created.created_at, description: 'd', id: created.id });
    });

    it('is audited with its author', async () => {
      const { id } = await canvus.token(1000);
      ok(await canvus.admin.patch(tokenPath(1000, id), { description: 'audited change' }));
      const row = (await auditRows(canvus.server, { action: 'token.updated' })).at(-1);
      expect(row).toMatchObject({ authorId: 1000, targetType: 'token', targetName: 'audited change' });
      expect(row?.details).toMatchObject({ handle: id });
    });
  });

  describe('400', () => {
    it.each([
      ['missing', {}, 'description parameter is missing'],
      ['null', { description: null }, 'description parameter is missing'],
      ['a number', { description: 1 }, 'description must be a string'],
      ['an array', { description: [] }, 'description must be a string'],
      ['absent because there is no body', undefined, 'description parameter is missing'],
    ])('says what is wrong with a description that is %s, and changes nothing', async (_kind, body, reason) => {
      const { id } = await canvus.token(1000, 'as it was');
      const before = await stored(canvus.server);
      const reply = await canvus.admin.patch(tokenPath(1000, id), body);
      expect(refusal(reply, 400)).toBe(reason);
      expect(await stored(canvus.server)).toEqual(before);
    });

    it('refuses a description of more than 1,000 characters', async () => {
      const { id } = await canvus.token(1000);
      refusal(await canvus.admin.patch(tokenPath(1000, id), { description: 'd'.repeat(1001) }), 400);
    });
  });

  describe('401', () => {
    itNeedsAToken(canvus, operation);
  });

  describe('403', () => {
    itRefusesUnusableCallers(canvus, operation);

    it('refuses regular users the token of another user and leaves it as it was', async () => {
      const { actor } = await canvus.person();
      const { id } = await canvus.token(1000, 'not yours');
      const reply = await actor.patch(tokenPath(1000, id), { description: 'taken' });
      expect(reply.status).toBe(403);
      expect(reply.json()).toEqual(PERMISSION_DENIED);
      expect(ok<AccessToken>(await canvus.admin.get(tokenPath(1000, id))).description).toBe('not yours');
    });
  });

  describe('404', () => {
    it('answers 404 for an unknown token', async () => {
      const reply = await canvus.admin.patch(tokenPath(1000, UNKNOWN_TOKEN_ID), { description: 'd' });
      expect(refusal(reply, 404)).toBe('Access token not found');
    });

    it('does not change a token under the path of another user, not even under the caller’s own', async () => {
      const { actor, user } = await canvus.person();
      const { id } = await canvus.token(1000, 'not yours');
      const reply = await actor.patch(tokenPath(user.id, id), { description: 'taken' });
      expect(refusal(reply, 404)).toBe('Access token not found');
      expect(ok<AccessToken>(await canvus.admin.get(tokenPath(1000, id))).description).toBe('not yours');
    });

    it('does not restore a deleted token', async () => {
      const { id } = await canvus.token(1000);
      ok(await canvus.admin.delete(tokenPath(1000, id)));
      refusal(await canvus.admin.patch(tokenPath(1000, id), { description: 'back' }), 404);
      refusal(await canvus.admin.get(tokenPath(1000, id)), 404);
    });

    it('answers 404 for an unknown user', async () => {
      const reply = await canvus.admin.patch(tokenPath(UNKNOWN_USER, UNKNOWN_TOKEN_ID), { description: 'd' });
      expect(refusal(reply, 404)).toBe('User 999999 not found');
    });
  });
});
