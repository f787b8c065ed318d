import { describe, expect, it } from '@jest/globals';
import { PersonalToken } from '../../src/identity/index.js';
import { onBothEngines } from '../support/engines.js';
import { issueToken, sharedServer } from '../support/services.js';

const SAME_MOMENT = new Date('2030-01-02T03:04:05.678Z');

onBothEngines('the tokens of an account in batches', (engine) => {
  const shared = sharedServer(engine);

  /** All of them, read one batch after the other; their ids. */
  async function allOf(accountId: string, limit: number): Promise<string[]> {
    const ids: string[] = [];
    let last: PersonalToken | undefined;
    do {
      const after = last;
      const batch = await shared.services.unitOfWork.read((manager) =>
        shared.services.listing.following(manager, PersonalToken, accountId, {}, after, limit),
      );
      ids.push(...batch.map(({ id }) => id));
      last = batch.length < limit ? undefined : batch.at(-1);
    } while (last);
    return ids;
  }

  describe.each([1, 2, 3])('of %i', (limit) => {
    it('hold each token exactly once, also when all were created in the same millisecond', async () => {
      const accountId = String(limit).repeat(32);
      shared.server.clock.freeze(SAME_MOMENT);
      const issued = Array.from({ length: 7 }, () => issueToken(shared.services, { accountId }));
      const expected = (await Promise.all(issued)).map(({ token }) => token.id).sort();
      shared.server.clock.reset();
      expect(await allOf(accountId, limit)).toEqual(expected);
    });
  });
});
