import { describe, expect, it } from '@jest/globals';
import { UNKNOWN_TOKEN, canvusSuite, newEmail, refusal, stored } from './support.js';

const OPEN: [method: string, path: string, body: unknown][] = [
  ['POST', '/users/confirm-email', { token: UNKNOWN_TOKEN }],
  ['POST', '/users/login/saml', { inResponseTo: 'x', responseXml: '<xml/>' }],
  ['POST', '/users/password/create-reset-token', { email: 'root@example.com' }],
  ['GET', `/users/password/validate-reset-token?token=${UNKNOWN_TOKEN}`, undefined],
  ['POST', '/users/password/reset', { token: UNKNOWN_TOKEN, password: 'taken over' }],
];

canvusSuite('what is not served', (canvus) => {
  describe('403', () => {
    it('answers every sign-up with the documented text, and creates no user', async () => {
      const { actor } = await canvus.person();
      const blocked = await canvus.person({ blocked: true });
      const before = await stored(canvus.server);
      for (const caller of [canvus.anonymous, canvus.holder('junk'), actor, blocked.actor, canvus.admin]) {
        const body = { email: newEmail(), name: 'New', password: 'new password', admin: true };
        const reply = await caller.post('/users/register', body);
        expect(refusal(reply, 403)).toBe('Sign-up using a password is not enabled');
      }
      expect(await stored(canvus.server)).toEqual(before);
    });

    it.each(OPEN)('refuses %s %s with and without a token, and changes nothing', async (method, path, body) => {
      const before = await stored(canvus.server);
      for (const caller of [canvus.anonymous, canvus.holder(''), canvus.holder('junk'), canvus.admin]) {
        refusal(await caller.send(method, path, body), 403);
      }
      expect(await stored(canvus.server)).toEqual(before);
    });

    it('gives the same answer to a password reset, whether or not the address exists', async () => {
      const texts: string[] = [];
      for (const email of ['root@example.com', 'nobody@example.com']) {
        texts.push(refusal(await canvus.anonymous.post('/users/password/create-reset-token', { email }), 403));
      }
      expect(texts[0]).toBe(texts[1]);
    });
  });

  describe('404', () => {
    it.each([
      ['GET', '/canvases'],
      ['GET', '/license'],
      ['GET', '/'],
      ['POST', '/users/1000/install'],
      ['GET', '/users/1000/access-tokens/x/y'],
    ])('answers 404 to %s %s', async (method, path) => {
      refusal(await canvus.admin.send(method, path), 404);
    });
  });
});
