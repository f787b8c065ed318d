/** The limit on the personal tokens of a user. */
import { expect, it } from '@jest/globals';
import { PersonalToken } from '../../src/identity/index.js';
import { canvusSuite, ok, refusal, tokenPath, tokensOf, type CreatedAccessToken } from '../dialects/canvus/support.js';

const MOST = 4;

canvusSuite(
  'the limit on personal tokens',
  (canvus) => {
    const countOf = (userId: number): Promise<number> =>
      canvus.server.dataSource.getRepository(PersonalToken).countBy({ userId });

    it('refuses one more and says what to do, until a token is deleted; other users are not affected', async () => {
      const { user, actor } = await canvus.person();
      const others = await canvus.person();
      const made: CreatedAccessToken[] = [];
      while (made.length < MOST - 1) made.push(await canvus.token(user.id));
      for (const caller of [actor, canvus.admin]) {
        const message = refusal(await caller.post(tokensOf(user.id), { description: 'one more' }), 403);
        expect(message).toBe(
          `user ${String(user.id)} has 4 access tokens, the limit (setting PERSONAL_TOKENS_PER_USER); delete unused ` +
            'ones, or ask the operator of the server to raise it',
        );
      }
      expect(await countOf(user.id)).toBe(MOST);
      ok(await others.actor.post(tokensOf(others.user.id), { description: 'another user' }));
      ok(await actor.post('/users/login', { token: made[0]?.plain_token }));
      ok(await actor.delete(tokenPath(user.id, made[0]?.id ?? '')));
      ok(await actor.post(tokensOf(user.id), { description: 'instead' }));
    });

    it('is not exceeded by simultaneous requests', async () => {
      const { user, actor } = await canvus.person();
      const create = async (): Promise<number> =>
        (await actor.post(tokensOf(user.id), { description: 'at the same time' })).status;
      const statuses = await Promise.all(Array.from({ length: 3 * MOST }, create));
      expect(statuses.filter((status) => status === 200)).toHaveLength(MOST - 1);
      expect(statuses.filter((status) => status === 403)).toHaveLength(2 * MOST + 1);
      expect(await countOf(user.id)).toBe(MOST);
    });
  },
  { PERSONAL_TOKENS_PER_USER: String(MOST) },
);
