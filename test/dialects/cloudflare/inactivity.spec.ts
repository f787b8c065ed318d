/** Which service tokens count as inactive, and what becomes of them. */
import { beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import type { InactivityAction, Rule } from '../../../src/applications/index.js';
import { LastSeen, SYSTEM } from '../../../src/core/index.js';
import { InactiveTokens } from '../../../src/dialects/cloudflare/index.js';
import { policyValues, roomsOf } from '../../applications/support.js';
import { send } from '../../support/http.js';
import { pair } from '../../data-plane/support.js';
import { cloudflareSuite, ok, tokenPath, type ServiceToken, type ServiceTokenWithSecret } from './support.js';

const DAY_MS = 86_400_000;

cloudflareSuite(
  'inactive service tokens',
  (cf) => {
    let account: string;
    let token: ServiceTokenWithSecret;
    const asked = async (action: InactivityAction, inactivityEnabled = true, inactivityDays = 30): Promise<void> => {
      const values = { inactivityEnabled, inactivityDays, inactivityAction: action };
      await roomsOf(cf.server).organizations.update(SYSTEM, account, () => values);
    };
    const run = (dryRun = false): ReturnType<InactiveTokens['run']> => cf.server.app.get(InactiveTokens).run(dryRun);
    const use = async (one = token): Promise<number> =>
      (await send(cf.server.baseUrl, 'GET', '/verify', { headers: pair(one) })).status;
    const isEnabled = async (one = token): Promise<boolean> =>
      ok<ServiceToken>(await cf.admin.get(tokenPath(account, one.id))).enabled;

    beforeAll(async () => {
      account = await cf.account();
      const values = { name: 'Acme', authDomain: `${account}.example.com`, inactivityEnabled: false };
      const rest = { inactivityDays: null, inactivityAction: null, extra: {} };
      await roomsOf(cf.server).organizations.create(SYSTEM, account, { ...values, ...rest });
    });
    beforeEach(async () => {
      cf.server.clock.reset();
      token = await cf.token(account, { duration: 'forever' });
      await asked('disable');
    });

    it('are disabled or deleted, as the organization says, after the days that it names', async () => {
      for (const action of ['disable', 'delete'] as const) {
        cf.server.clock.reset();
        const one = await cf.token(account, { duration: 'forever' });
        await asked(action);
        cf.server.clock.advance(29 * DAY_MS);
        expect((await run()).map(({ id }) => id)).not.toContain(one.id);
        cf.server.clock.advance(DAY_MS + 60_000);
        expect(await run()).toContainEqual({ id: one.id, name: one.name, accountId: account, action });
        const { status } = await cf.admin.get(tokenPath(account, one.id));
        expect([status, await use(one)]).toEqual([action === 'delete' ? 404 : 200, 401]);
      }
    });

    it('stay as they are if nobody asks for it, and in a dry run', async () => {
      cf.server.clock.advance(31 * DAY_MS);
      expect((await run(true)).map(({ id }) => id)).toContain(token.id);
      await asked('disable', false);
      expect(await run()).toEqual([]);
      expect(await isEnabled()).toBe(true);
    });

    it('are not those that were used within the days, even if that is not written yet', async () => {
      cf.server.clock.advance(20 * DAY_MS);
      expect(await use()).toBe(200);
      cf.server.clock.advance(15 * DAY_MS);
      expect((await run()).map(({ id }) => id)).not.toContain(token.id);
      cf.server.clock.advance(16 * DAY_MS);
      expect((await run()).map(({ id }) => id)).toContain(token.id);
    });

    it('are not those that were changed within the days, nor those that a policy names', async () => {
      const named = await cf.token(account, { duration: 'forever' });
      const include: Rule[] = [{ type: 'token', tokenId: named.id }];
      await roomsOf(cf.server).policies.create(SYSTEM, account, policyValues(include));
      cf.server.clock.advance(31 * DAY_MS);
      ok(await cf.admin.put(tokenPath(account, token.id), { name: 'in use' }));
      expect((await run()).map(({ id }) => id).filter((id) => [token.id, named.id].includes(id))).toEqual([]);
    });

    it.each([
      ['disable', 40],
      ['delete', 30],
    ] as const)(
      'stay as they are if the organization asks to %s after %i days before they are judged',
      async (action, days) => {
        const lastSeen = cf.server.app.get(LastSeen);
        const collect = lastSeen.collect.bind(lastSeen);
        jest.spyOn(lastSeen, 'collect').mockImplementation(async () => {
          await collect();
          await asked(action, true, days);
        });
        cf.server.clock.advance(31 * DAY_MS);
        expect((await run()).map(({ id }) => id)).not.toContain(token.id);
        expect(await isEnabled()).toBe(true);
      },
    );

    it('are never those that are being used, however often and whenever the job runs', async () => {
      const all = await Promise.all(Array.from({ length: 20 }, () => cf.token(account, { duration: 'forever' })));
      cf.server.clock.advance(31 * DAY_MS);
      let isOver = false;
      const refused: number[] = [];
      // Used once, which is not written yet, and then again and again while the job runs.
      expect(new Set(await Promise.all(all.map(use)))).toEqual(new Set([200]));
      const used = all.map(async (one) => {
        while (!isOver) {
          const status = await use(one);
          if (status !== 200) refused.push(status);
        }
      });
      for (let round = 0; round < 5; round += 1) {
        const done = new Set((await run()).map(({ id }) => id));
        expect(all.filter(({ id }) => done.has(id))).toEqual([]);
      }
      isOver = true;
      await Promise.all(used);
      expect(refused).toEqual([]);
    });
  },
  { VERIFY_WITHOUT_ACCOUNT: 'true' },
);
