import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PersonalToken } from '../../src/identity/index.js';
import { onBothEngines } from '../support/engines.js';
import { issueToken, servicesOf, type Services } from '../support/services.js';
import { startServer, type TestServer } from '../support/test-server.js';

const SAME_MOMENT = new Date('2030-01-02T03:04:05.678Z');

onBothEngines('the tokens of an account in batches', (engine) => {
  let server: TestServer;
  let services: Services;

  beforeAll(async () => {
    server = await startServer(engine);
    services = servicesOf(server);
  });
  afterAll(() => server.close());

  /** All of them, read one batch after the other; their ids. */
  async function allOf(accountId: string, limit: number): Promise<string[]> {
    const ids: string[] = [];
    let last: PersonalToken | undefined;
    do {
      const after = last;
      const batch = await services.unitOfWork.read((manager) =>
        services.listing.following(manager, PersonalToken, accountId, {}, after, limit),
      );
      ids.push(...batch.map(({ id }) => id));
      last = batch.length < limit ? undefined : batch.at(-1);
    } while (last);
    return ids;
  }

  describe.each([1, 2, 3])('of %i', (limit) => {
    it('hold each token exactly once, also when all were created in the same millisecond', async () => {
      const accountId = String(limit).repeat(32);
      server.clock.freeze(SAME_MOMENT);
      const issued = Array.from({ length: 7 }, () => issueToken(services, { accountId }));
      const expected = (await Promise.all(issued)).map(({ token }) => token.id).sort();
      server.clock.reset();
      expect(await allOf(accountId, limit)).toEqual(expected);
    });
  });
});
