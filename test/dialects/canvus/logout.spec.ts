import { describe, expect, it } from '@jest/globals';
import { itNeedsAToken, itRefusesUnusableCallers, type Operation } from './common-cases.js';
import { UNAUTHORIZED, UNKNOWN_TOKEN, auditRows, canvusSuite, ok, refusal, stored } from './support.js';

const operation: Operation = { method: 'POST', path: () => '/users/logout' };

canvusSuite('POST users/logout', (canvus) => {
  const statusOf = async (token: string): Promise<number> => (await canvus.holder(token).get('/users')).status;

  describe('200', () => {
    it('answers an empty JSON object and ends the login presented', async () => {
      const person = await canvus.person();
      const { token } = await canvus.login(person);
      const reply = await canvus.holder(token).post('/users/logout');
      ok(reply);
      expect(reply.text).toBe('{}');
      const after = await canvus.holder(token).post('/users/logout');
      expect(after.status).toBe(401);
      expect(after.json()).toEqual(UNAUTHORIZED);
    });

    it('ends no other login of the user', async () => {
      const person = await canvus.person();
      const { token: one } = await canvus.login(person);
      const { token: other } = await canvus.login(person);
      ok(await canvus.holder(one).post('/users/logout', {}));
      expect(await statusOf(other)).toBe(200);
      expect(await statusOf(person.actor.token ?? '')).toBe(200);
    });

    it('ends the login in the body, and not the presented one', async () => {
      const person = await canvus.person();
      const { token: asking } = await canvus.login(person);
      const { token: other } = await canvus.login(person);
      ok(await canvus.holder(asking).post('/users/logout', { token: other }));
      expect(await statusOf(other)).toBe(401);
      expect(await statusOf(asking)).toBe(200);
    });

    it('lets the holder of an access token end a login of theirs', async () => {
      const person = await canvus.person();
      const { token } = await canvus.login(person);
      ok(await person.actor.post('/users/logout', { token }));
      expect(await statusOf(token)).toBe(401);
    });

    it('leaves an access token valid, presented or in the body', async () => {
      const person = await canvus.person();
      const { token: session } = await canvus.login(person);
      const before = await stored(canvus.server);
      ok(await person.actor.post('/users/logout'));
      ok(await canvus.holder(session).post('/users/logout', { token: person.actor.token }));
      expect(await stored(canvus.server)).toEqual(before);
      expect(await statusOf(person.actor.token ?? '')).toBe(200);
      expect(await statusOf(session)).toBe(200);
    });

    it.each([
      ['an empty object', {}],
      ['null for a token', { token: null }],
      ['unknown members', { all: true }],
    ])('treats a body of %s as no token', async (_kind, body) => {
      const { token } = await canvus.login(await canvus.person());
      ok(await canvus.holder(token).post('/users/logout', body));
      expect(await statusOf(token)).toBe(401);
    });

    it('is audited by one row, as the login is', async () => {
      const person = await canvus.person();
      const before = (await auditRows(canvus.server)).length;
      const { token } = await canvus.login(person);
      ok(await canvus.holder(token).post('/users/logout'));
      const rows = (await auditRows(canvus.server)).slice(before);
      expect(rows.map(({ action, authorId }) => [action, authorId])).toEqual([
        ['user.logged_in', person.user.id],
        ['user.logged_out', person.user.id],
      ]);
      const ids = rows.map(({ details }) => details.token_id);
      expect(ids).toEqual([expect.any(String), ids[0]]);
    });
  });

  describe('400', () => {
    it.each([
      ['a number', 5],
      ['an array', [UNKNOWN_TOKEN]],
      ['an unknown one', UNKNOWN_TOKEN],
      ['no token at all', 'x'],
      ['too long', 'x'.repeat(5000)],
      ['with a NUL', 'x\0'],
    ])('refuses a token that is %s, and ends nothing', async (_kind, token) => {
      const { token: asking } = await canvus.login(await canvus.person());
      const before = await stored(canvus.server);
      refusal(await canvus.holder(asking).post('/users/logout', { token }), 400);
      expect(await stored(canvus.server)).toEqual(before);
      expect(await statusOf(asking)).toBe(200);
    });

    it('refuses the login of another user as if it did not exist, also for administrators', async () => {
      const { token: asking } = await canvus.login(await canvus.person());
      const { token: foreign } = await canvus.login(await canvus.person());
      for (const actor of [canvus.holder(asking), canvus.admin]) {
        const foreignReply = await actor.post('/users/logout', { token: foreign });
        const unknownReply = await actor.post('/users/logout', { token: UNKNOWN_TOKEN });
        expect(refusal(foreignReply, 400)).toBe(refusal(unknownReply, 400));
      }
      expect(await statusOf(foreign)).toBe(200);
    });
  });

  describe('401', () => {
    itNeedsAToken(canvus, operation);
  });

  describe('403', () => {
    itRefusesUnusableCallers(canvus, operation);
  });
});
