/** With several errors at once, the first in the contract's order is reported (docs/contracts/canvus.md §2.3). */
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  PERMISSION_DENIED,
  UNAUTHORIZED,
  UNKNOWN_TOKEN_ID,
  UNKNOWN_USER,
  canvusSuite,
  refusal,
  tokenPath,
  type Person,
} from './support.js';

const BAD_BODY = '{"description":';

/** Below `users/:id`; `own` marks what regular users may do to themselves. */
const USER_ROUTES: { method: string; rest: string; own: boolean; readsBody: boolean }[] = [
  { method: 'PATCH', rest: '', own: true, readsBody: true },
  { method: 'DELETE', rest: '', own: false, readsBody: false },
  { method: 'POST', rest: '/approve', own: false, readsBody: false },
  { method: 'POST', rest: '/block', own: true, readsBody: false },
  { method: 'POST', rest: '/unblock', own: false, readsBody: false },
  { method: 'POST', rest: '/password', own: true, readsBody: true },
  { method: 'GET', rest: '/access-tokens', own: true, readsBody: false },
  { method: 'POST', rest: '/access-tokens', own: true, readsBody: true },
  { method: 'GET', rest: `/access-tokens/${UNKNOWN_TOKEN_ID}`, own: true, readsBody: false },
  { method: 'PATCH', rest: `/access-tokens/${UNKNOWN_TOKEN_ID}`, own: true, readsBody: true },
  { method: 'DELETE', rest: `/access-tokens/${UNKNOWN_TOKEN_ID}`, own: true, readsBody: false },
];

canvusSuite('the order of checks', (canvus) => {
  /** A regular user, all of whose requests here are refused. */
  let person: Person;

  beforeAll(async () => {
    person = await canvus.person();
  });

  describe.each(USER_ROUTES)('$method users/:id$rest', ({ method, rest, own, readsBody }) => {
    it('checks the token before anything else', async () => {
      const reply = await canvus.anonymous.send(method, `/users/me${rest}`, BAD_BODY);
      expect(reply.status).toBe(401);
      expect(reply.json()).toEqual(UNAUTHORIZED);
    });

    it('checks that the id is an integer before the permission', async () => {
      const reply = await person.actor.send(method, `/users/me${rest}`, BAD_BODY);
      expect(refusal(reply, 400)).toBe('User ID me is not an integer');
    });

    it('checks the permission before the existence of the user', async () => {
      const { actor, user } = person;
      for (const id of [1000, UNKNOWN_USER, ...(own ? [] : [user.id])]) {
        const reply = await actor.send(method, `/users/${String(id)}${rest}`, BAD_BODY);
        expect(reply.status).toBe(403);
        expect(reply.json()).toEqual(PERMISSION_DENIED);
      }
    });

    it('checks the user before the token in the path and the body', async () => {
      const reply = await canvus.admin.send(method, `/users/${String(UNKNOWN_USER)}${rest}`, BAD_BODY);
      expect(refusal(reply, 404)).toBe('User 999999 not found');
    });

    if (readsBody && !rest.includes(UNKNOWN_TOKEN_ID)) {
      it('checks the body last', async () => {
        refusal(await canvus.admin.send(method, `/users/${String(person.user.id)}${rest}`, BAD_BODY), 400);
      });
    }
  });

  it('checks the token in the path before the body', async () => {
    for (const body of [BAD_BODY, {}, 'x'.repeat(1024 * 1024)]) {
      const reply = await canvus.admin.patch(tokenPath(1000, UNKNOWN_TOKEN_ID), body);
      expect(refusal(reply, 404)).toBe('Access token not found');
    }
  });

  it('checks the body of a change last', async () => {
    const { id } = await canvus.token(1000);
    refusal(await canvus.admin.patch(tokenPath(1000, id), BAD_BODY), 400);
  });

  it.each([
    ['POST', '/users'],
    ['PATCH', '/server-config'],
  ])('checks the token, then the permission, then the body at %s %s', async (method, path) => {
    expect((await canvus.anonymous.send(method, path, BAD_BODY)).status).toBe(401);
    expect((await person.actor.send(method, path, BAD_BODY)).status).toBe(403);
    expect((await canvus.admin.send(method, path, BAD_BODY)).status).toBe(400);
  });

  it('checks the token before the size of the body', async () => {
    const reply = await canvus.anonymous.post('/users', 'x'.repeat(1024 * 1024));
    expect(reply.status).toBe(401);
  });
});
