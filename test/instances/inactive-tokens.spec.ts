/** Inactive service tokens on two instances: what one knows counts for the other, in both directions. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LastSeen, SYSTEM } from '../../src/core/index.js';
import { InactiveTokens } from '../../src/dialects/cloudflare/index.js';
import { roomsOf } from '../applications/support.js';
import { cast, pair } from '../data-plane/support.js';
import { startPair, type Instance, type Pair } from './pair.js';
import { send } from '../support/http.js';
import type { ServiceTokenWithSecret } from '../dialects/cloudflare/support.js';

const DAY_MS = 86_400_000;

describe('inactive service tokens on two instances', () => {
  let two: Pair;
  let account: string;
  beforeAll(async () => {
    two = await startPair({ VERIFY_WITHOUT_ACCOUNT: 'true' });
    account = await cast(two.a).account();
    const values = { name: 'Acme', authDomain: `${account}.example.com`, inactivityEnabled: true, inactivityDays: 30 };
    await roomsOf(two.a).organizations.create(SYSTEM, account, { ...values, inactivityAction: 'disable', extra: {} });
  });
  afterAll(() => two.close());

  const use = async (on: Instance, one: ServiceTokenWithSecret): Promise<number> =>
    (await send(on.baseUrl, 'GET', '/verify', { headers: pair(one) })).status;
  const advance = (ms: number): void => {
    for (const { clock } of [two.a, two.b]) clock.advance(ms);
  };
  const run = async (on: Instance): Promise<string[]> =>
    (await on.app.get(InactiveTokens).run(false)).map(({ id }) => id);

  it('are not those whose use only the other instance knows, and are out on both when the job returns', async () => {
    const used = await cast(two.a).token(account, { duration: 'forever' });
    const unused = await cast(two.a).token(account, { duration: 'forever' });
    // Both have both in memory.
    for (const on of [two.a, two.b]) for (const one of [used, unused]) expect(await use(on, one)).toBe(200);
    // As each does some seconds later.
    for (const { app } of [two.a, two.b]) await app.get(LastSeen).flush();
    advance(31 * DAY_MS);
    expect(await use(two.b, used)).toBe(200);
    expect(await run(two.a)).toEqual([unused.id]);
    for (const on of [two.a, two.b]) expect([await use(on, used), await use(on, unused)]).toEqual([200, 401]);
  });

  it('are judged once, if both run the job at the same time', async () => {
    const tokens: ServiceTokenWithSecret[] = [];
    for (let count = 0; count < 5; count += 1) tokens.push(await cast(two.a).token(account, { duration: 'forever' }));
    advance(31 * DAY_MS);
    const done = (await Promise.all([run(two.a), run(two.b)])).flat();
    const ours = done.filter((id) => tokens.some((token) => token.id === id));
    expect(ours.sort()).toEqual(tokens.map(({ id }) => id).sort());
  });
});
