/** Statistics of what each caller sees (docs/contracts/latchkey.md §7). */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { onBothEngines } from '../../support/engines.js';
import { startInMount, type TestServer } from '../../support/test-server.js';
import { newServiceToken } from '../../gates/authorisation/world.js';
import { newPeople, type CallerName, type People } from './people.js';
import { ask } from './support.js';

const DAY_MS = 86_400_000;

interface StatsBody {
  readonly tokens: Readonly<Record<string, number>>;
  readonly users: number | null;
  readonly accounts: number;
  readonly verifications: { admitted: number; refused: Record<string, number> } | null;
  readonly expiries: readonly { date: string; count: number }[];
  readonly uses: readonly { date: string; count: number }[];
}

onBothEngines('statistics', (engine) => {
  let server: TestServer;
  let people: People;
  beforeAll(async () => {
    server = await startInMount(engine);
    people = await newPeople(server);
    const states: [string, string][] = [
      ['expires_at = NOW + 3600000', 'in an hour'],
      ['expires_at = NOW + MONTH', 'in 20 days'],
      ['expires_at = NOW - 1', 'expired'],
      ['enabled = FALSE', 'disabled'],
      ['last_seen_at = NOW - LONG', 'unused'],
      ['last_seen_at = NOW', 'used'],
      [
        `last_seen_at = NOW, previous_secret_digest = '${'d'.repeat(64)}', previous_secret_expires_at = NOW + DAY, previous_last_seen_at = NOW - 1000`,
        'rotated',
      ],
    ];
    const now = server.clock.now().getTime();
    for (const [change, name] of states) {
      const { id } = await newServiceToken(server, people.a, { name });
      const set = change
        .replaceAll('NOW', String(now))
        .replaceAll('DAY', String(DAY_MS))
        .replaceAll('MONTH', String(20 * DAY_MS))
        .replaceAll('LONG', String(100 * DAY_MS));
      await server.dataSource.query(`UPDATE latchkey_token SET ${set} WHERE id = '${id}'`);
    }
    await newServiceToken(server, people.b, { name: 'of others', duration: '8760h' });
  });
  afterAll(() => server.close());

  const stats = async (name: CallerName): Promise<StatsBody> => {
    const reply = await people.call(name, 'GET', '/stats');
    expect(reply.status).toBe(200);
    return reply.json<StatsBody>();
  };

  it('count the tokens that one sees, and never logins', async () => {
    const reader = await stats('reader');
    // Their own personal token, too.
    expect(reader.tokens).toEqual({
      active: 6,
      expired: 1,
      disabled: 1,
      expiring_7_days: 1,
      expiring_30_days: 2,
      overlaps_running: 1,
      old_secret_in_use: 1,
      unused_90_days: 1,
      // The use of their own token may not be written yet.
      never_used: expect.any(Number) as unknown,
    });
    expect([reader.users, reader.accounts, reader.verifications]).toEqual([null, 1, null]);
    const stranger = await stats('stranger');
    expect(stranger.tokens).toMatchObject({ active: 2, expired: 0, expiring_30_days: 0 });
    expect((await stats('plain user')).tokens).toMatchObject({ active: 1, expired: 0 });
    const all = await stats('server administrator');
    expect(all.tokens).toMatchObject({ active: 11, expired: 1, disabled: 1, old_secret_in_use: 1 });
    expect([all.users, all.accounts]).toEqual([5, 3]);
    expect(all.verifications?.admitted).toBeGreaterThan(0);
  });

  it('have every day, also those without a token', async () => {
    const { expiries, uses } = await stats('account administrator');
    expect([expiries.length, uses.length]).toEqual([30, 30]);
    const today = server.clock.now().toISOString().slice(0, 10);
    expect([expiries[0]?.date, uses.at(-1)?.date]).toEqual([today, today]);
    expect(expiries.reduce((sum, { count }) => sum + count, 0)).toBe(2);
    expect(uses.at(-1)?.count).toBeGreaterThanOrEqual(2);
  });

  it('are nobody’s without a token', async () => {
    expect((await ask(server, 'GET', '/stats', { headers: {} })).status).toBe(401);
  });
});
