/** Several things are wrong at once: the first in the contract's order is the answer (docs/contracts/canvus.md §2.3). */
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

/** Below `users/:id`; what regular users may do to themselves is `own`. */
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
  /** A regular user; nothing that he asks for here is done. */
  let person: Person;

  beforeAll(async () => {
    person = await canvus.person();
  });

  describe.each(USER_ROUTES)('$method users/:id$rest', ({ method, rest, own, readsBody }) => {
    it('asks for a token before it looks at anything else', async () => {
      const reply = await canvus.anonymous.send(method, `/users/me${rest}`, BAD_BODY);
      expect(reply.status).toBe(401);
      expect(reply.json()).toEqual(UNAUTHORIZED);
    });

    it('looks whether the id is an integer before it looks at rights', async () => {
      const reply = await person.actor.send(method, `/users/me${rest}`, BAD_BODY);
      expect(refusal(reply, 400)).toBe('User ID me is not an integer');
    });

    it('looks at rights before it looks whether the user exists', async () => {
      const { actor, user } = person;
      for (const id of [1000, UNKNOWN_USER, ...(own ? [] : [user.id])]) {
        const reply = await actor.send(method, `/users/${String(id)}${rest}`, BAD_BODY);
        expect(reply.status).toBe(403);
        expect(reply.json()).toEqual(PERMISSION_DENIED);
      }
    });

    it('looks for the user before it looks for the token or at the body', async () => {
      const reply = await canvus.admin.send(method, `/users/${String(UNKNOWN_USER)}${rest}`, BAD_BODY);
      expect(refusal(reply, 404)).toBe('User 999999 not found');
    });

    if (readsBody && !rest.includes(UNKNOWN_TOKEN_ID)) {
      it('looks at the body last', async () => {
        refusal(await canvus.admin.send(method, `/users/${String(person.user.id)}${rest}`, BAD_BODY), 400);
      });
    }
  });

  it('looks for the token before it looks at the body', async () => {
    for (const body of [BAD_BODY, {}, 'x'.repeat(1024 * 1024)]) {
      const reply = await canvus.admin.patch(tokenPath(1000, UNKNOWN_TOKEN_ID), body);
      expect(refusal(reply, 404)).toBe('Access token not found');
    }
  });

  it('looks at the body of a change last', async () => {
    const { id } = await canvus.token(1000);
    refusal(await canvus.admin.patch(tokenPath(1000, id), BAD_BODY), 400);
  });

  it.each([
    ['POST', '/users'],
    ['PATCH', '/server-config'],
  ])('asks for a token, then for rights, then for a body at %s %s', async (method, path) => {
    expect((await canvus.anonymous.send(method, path, BAD_BODY)).status).toBe(401);
    expect((await person.actor.send(method, path, BAD_BODY)).status).toBe(403);
    expect((await canvus.admin.send(method, path, BAD_BODY)).status).toBe(400);
  });

  it('asks for a token before it minds the size of a body', async () => {
    const reply = await canvus.anonymous.post('/users', 'x'.repeat(1024 * 1024));
    expect(reply.status).toBe(401);
  });
});
