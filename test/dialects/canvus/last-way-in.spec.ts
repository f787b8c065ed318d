/** An administrator can always sign in: a change that would prevent it is refused, and the answer says what to do. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { send, type Reply } from '../../support/http.js';
import { ADMIN } from '../../support/test-server.js';
import { canvusSuite, ok, refusal, stored, tokenPath, tokensOf, userPath, type AccessToken } from './support.js';

canvusSuite('the last way for an administrator to sign in', (canvus) => {
  const passwordLogins = (enabled: boolean, caller = canvus.admin): Promise<Reply> =>
    caller.patch('/server-config', { authentication: { password: { enabled } } });
  const tokens = async (): Promise<AccessToken[]> => ok<AccessToken[]>(await canvus.admin.get(tokensOf(ADMIN.id)));

  describe('403', () => {
    afterEach(async () => {
      ok(await passwordLogins(true));
    });

    it.each([
      ['demoted', (): Promise<Reply> => canvus.admin.patch(userPath(ADMIN.id), { admin: false })],
      ['blocked', (): Promise<Reply> => canvus.admin.post(userPath(ADMIN.id, '/block'))],
    ])('for one who would be %s while no other has a password or a token', async (how, act) => {
      ok(await canvus.admin.post('/users', { email: `${how}@example.com`, name: 'No way in', admin: true }));
      const before = await stored(canvus.server);
      const message = refusal(await act(), 403);
      expect(message).toContain(`the last administrator who can sign in cannot be ${how}`);
      expect(message).toContain('a password or an access token');
      expect(await stored(canvus.server)).toEqual(before);
    });

    it('for the last token while password logins are off, and 400 from RFC 7009', async () => {
      ok(await passwordLogins(false));
      const reply = await canvus.anonymous.post('/users/login', { token: ADMIN.token });
      const login = canvus.holder(ok<{ token: string }>(reply).token);
      const [last, ...others] = await tokens();
      expect(others).toEqual([]);
      for (const caller of [canvus.admin, login]) {
        const message = refusal(await caller.delete(tokenPath(ADMIN.id, last?.id ?? '')), 403);
        expect(message).toContain('create another access token for an administrator first');
      }
      const revocation = await send(canvus.server.baseUrl, 'POST', '/oauth2/revoke', {
        headers: { Authorization: `Bearer ${ADMIN.token}`, 'Content-Type': 'application/x-www-form-urlencoded' },
        body: `token=${ADMIN.token}`,
      });
      expect([revocation.status, revocation.json()]).toEqual([
        400,
        { error: 'invalid_request', error_description: expect.stringContaining('create another access token') },
      ]);
      ok(await canvus.admin.get('/users'));
    });
  });

  it('403 for switching off password logins while no administrator has a token', async () => {
    const login = canvus.holder((await canvus.login(ADMIN)).token);
    for (const { id } of await tokens()) ok(await login.delete(tokenPath(ADMIN.id, id)));
    expect(refusal(await passwordLogins(false, login), 403)).toContain('no administrator has an access token');
    await canvus.login(ADMIN);
  });
});
