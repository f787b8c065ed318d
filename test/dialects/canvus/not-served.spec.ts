import { describe, expect, it } from '@jest/globals';
import { UNKNOWN_TOKEN, canvusSuite, newEmail, refusal, stored } from './support.js';

const OPEN: [method: string, path: string, body: unknown][] = [
  ['POST', '/users/login/saml', { inResponseTo: 'x', responseXml: '<xml/>' }],
  ['POST', '/users/password/create-reset-token', { email: 'root@example.com' }],
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

  describe('400', () => {
    const RESET = '/users/password/validate-reset-token';
    it.each<[method: string, path: string, body: unknown, text: string]>([
      ['POST', '/users/confirm-email', { token: UNKNOWN_TOKEN }, 'Invalid email confirmation token.'],
      ['POST', '/users/confirm-email', {}, 'token parameter is missing'],
      ['POST', '/users/confirm-email', { token: 5 }, 'token must be a string'],
      ['GET', `${RESET}?token=${UNKNOWN_TOKEN}`, undefined, 'Invalid token'],
      ['GET', RESET, undefined, 'token parameter is missing'],
      ['POST', '/users/password/reset', { token: UNKNOWN_TOKEN, password: 'taken over' }, 'Invalid token'],
      ['POST', '/users/password/reset', { password: 'taken over' }, 'token parameter is missing'],
    ])('says of %s %s with %j, as the vendor does: %s', async (method, path, body, text) => {
      const before = await stored(canvus.server);
      for (const caller of [canvus.anonymous, canvus.holder('junk'), canvus.admin]) {
        expect(refusal(await caller.send(method, path, body), 400)).toBe(text);
      }
      expect(await stored(canvus.server)).toEqual(before);
    });
  });

  describe('403 for administrators, too', () => {
    it.each([
      ['POST', '/license', { license: 'x' }, 'Not available on this server: it needs no license'],
      ['POST', '/license/activate', {}, 'Not available on this server: it needs no license'],
      ['GET', '/license/request?key=x', undefined, 'Not available on this server: it needs no license'],
      ['POST', '/server-config/send-test-email', {}, 'Not available on this server: it sends no mail'],
    ])('answers %s %s with the reason', async (method, path, body, text) => {
      expect(refusal(await canvus.admin.send(method, path, body), 403)).toBe(text);
      const { actor } = await canvus.person();
      expect(refusal(await actor.send(method, path, body), 403)).toBe('Permission denied');
      expect((await canvus.anonymous.send(method, path, body)).status).toBe(401);
    });
  });

  describe('404', () => {
    it.each([
      ['GET', '/canvases/x'],
      ['GET', '/'],
      ['POST', '/users/1000/install'],
      ['GET', '/users/1000/access-tokens/x/y'],
    ])('answers 404 to %s %s', async (method, path) => {
      refusal(await canvus.admin.send(method, path), 404);
    });
  });
});
