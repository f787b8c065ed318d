/** Cases that all operations requiring a token have in common. */
import { expect, it } from '@jest/globals';
import { eachAtOnce } from '../../support/cases.js';
import { UNAUTHORIZED, UNKNOWN_TOKEN, refusal, stored, userPath, type Canvus, type Person } from './support.js';

/** One operation, with a request that succeeds for permitted callers. */
export interface Operation {
  readonly method: string;
  /** @param own - a user on whom the caller may act, if the operation requires one */
  readonly path: (own: Person) => string;
  readonly body?: unknown;
}

const NO_TOKENS: [what: string, headers: Record<string, string>][] = [
  ['no token', {}],
  ['an empty token', { 'Private-Token': '' }],
  ['an unknown token', { 'Private-Token': UNKNOWN_TOKEN }],
  ['text that is not a token', { 'Private-Token': 'secret' }],
  ['a token of 10,000 characters', { 'Private-Token': 'x'.repeat(10_000) }],
];

/** 401: callers without a valid token get the documented body, and nothing happens. */
export function itNeedsAToken(canvus: Canvus, { method, path, body }: Operation): void {
  it('refuses a caller without a valid token in its header, and changes nothing', async () => {
    const person = await canvus.person();
    const elsewhere = { Authorization: `Bearer ${person.actor.token ?? ''}` };
    const callers: typeof NO_TOKENS = [...NO_TOKENS, ['an Authorization header for a token', elsewhere]];
    const before = await stored(canvus.server);
    await eachAtOnce(callers, async ([, headers]) => {
      const reply = await canvus.anonymous.send(method, path(person), body, { headers });
      expect(reply.status).toBe(401);
      expect(reply.headers['content-type']).toMatch(/^application\/json\b/);
      expect(reply.json()).toEqual(UNAUTHORIZED);
    });
    expect(await stored(canvus.server)).toEqual(before);
  });
}

/** 403: a valid token of a user who is blocked or not approved. */
export function itRefusesUnusableCallers(canvus: Canvus, { method, path, body }: Operation): void {
  it('refuses a blocked user, whose token works again after unblocking', async () => {
    const person = await canvus.person();
    await canvus.admin.post(userPath(person.user.id, '/block'));
    const before = await stored(canvus.server);
    refusal(await person.actor.send(method, path(person), body), 403);
    expect(await stored(canvus.server)).toEqual(before);
    await canvus.admin.post(userPath(person.user.id, '/unblock'));
    expect((await person.actor.get(userPath(person.user.id))).status).toBe(200);
  });

  it('refuses a user who is not approved', async () => {
    const person = await canvus.person({ approved: false });
    refusal(await person.actor.send(method, path(person), body), 403);
  });
}
