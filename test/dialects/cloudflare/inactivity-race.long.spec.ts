/** The job for inactive service tokens against 100,000 uses, while time passes in long steps. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { SYSTEM, Secret, Verifier } from '../../../src/core/index.js';
import { InactiveTokens } from '../../../src/dialects/cloudflare/index.js';
import { roomsOf } from '../../applications/support.js';
import { cloudflareSuite, type ServiceTokenWithSecret } from './support.js';

const DAY_MS = 86_400_000;
const TOKENS = 40;
const ROUNDS = 50;
const USES = 100_000;
/** Uses between two turns of the event loop, in which the job goes on. */
const AT_ONCE = 20;

cloudflareSuite('the job for inactive service tokens', (cf) => {
  it.each(['disable', 'delete'] as const)('never touches what is in use, to %s', async (action) => {
    const account = await cf.account();
    const organization = { name: 'Acme', authDomain: `${account}.example.com`, extra: {} };
    const asked = { inactivityEnabled: true, inactivityDays: 30, inactivityAction: action };
    await roomsOf(cf.server).organizations.create(SYSTEM, account, { ...organization, ...asked });
    const make = (): Promise<ServiceTokenWithSecret> => cf.token(account, { duration: 'forever' });
    const used = await Promise.all(Array.from({ length: TOKENS }, make));
    const unused = await make();
    const verifier = cf.server.app.get(Verifier);
    const refused: string[] = [];
    const use = async ({ client_id: handle, client_secret: text }: ServiceTokenWithSecret): Promise<void> => {
      const { status } = await verifier.check({ kind: 'service_token', handle, secret: new Secret(text) });
      if (status !== 'valid') refused.push(status);
    };
    const job = cf.server.app.get(InactiveTokens);
    const touched: string[] = [];
    let isOver = false;
    const runJobs = async (): Promise<void> => {
      while (!isOver) {
        for (const { id } of await job.run()) touched.push(id);
        await nextTurn();
      }
    };
    const jobs = runJobs();
    for (let round = 0; round < ROUNDS; round += 1) {
      cf.server.clock.advance(16 * DAY_MS);
      for (let count = 0; count < USES / ROUNDS; count += 1) {
        const token = used[count % TOKENS];
        if (token) await use(token);
        if (count % AT_ONCE === 0) await nextTurn();
      }
    }
    isOver = true;
    await jobs;
    cf.server.clock.reset();
    expect(refused).toEqual([]);
    expect(touched).toEqual([unused.id]);
  });
});
