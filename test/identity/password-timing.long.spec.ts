/** A failed login takes the same time whatever the reason. */
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { SYSTEM, Secret } from '../../src/core/index.js';
import { onBothEngines } from '../support/engines.js';
import { servicesOf, type Services } from '../support/services.js';
import { migratedDatabase } from '../support/templates.js';
import { ADMIN, startServer, type TestServer } from '../support/test-server.js';

// Times are compared on busy machines; a real fault fails every time.
jest.retryTimes(2);

const TERMS = { audience: 'canvus', lifetimeSeconds: 60, address: '192.0.2.1' };
const PASSWORD = 'a password of theirs';

/** The shortest time: a busy machine makes some runs longer, but none shorter. */
const least = (values: number[]): number => Math.min(...values);

onBothEngines('the time of a failed login', (engine) => {
  let server: TestServer;
  let services: Services;

  beforeAll(async () => {
    const unlimited = { LOGIN_FAILURES_PER_ACCOUNT: '100000', LOGIN_FAILURES_PER_ADDRESS: '100000' };
    server = await startServer(engine, { BCRYPT_COST: '8', ...unlimited });
    services = servicesOf(server);
    const password = new Secret(PASSWORD);
    for (const standing of [{ blocked: true }, { approved: false }, {}]) {
      const name = Object.keys(standing)[0] ?? 'active';
      await services.users.create(SYSTEM, { email: `${name}@example.com`, name, password, ...standing });
    }
    await services.users.create(SYSTEM, { email: 'passwordless@example.com', name: 'No password' });
  });
  afterAll(() => server.close());

  const failure = async (email: string, password: string): Promise<{ took: number; error: unknown }> => {
    const begun = performance.now();
    const error = await services.sessions.login(email, new Secret(password), TERMS).catch((thrown: unknown) => thrown);
    return { took: performance.now() - begun, error };
  };

  it('and its message are the same for a wrong password, an unknown, blocked, unapproved or passwordless user', async () => {
    const cases: [email: string, password: string][] = [
      ['active@example.com', 'wrong'],
      ['nobody@example.com', PASSWORD],
      ['blocked@example.com', PASSWORD],
      ['approved@example.com', PASSWORD],
      ['passwordless@example.com', ''],
      ['active@example.com', 'x'.repeat(100)],
    ];
    const times = cases.map((): number[] => []);
    const messages = new Set<string>();
    for (let round = 0; round < 12; round += 1) {
      for (const [index, [email, password]] of cases.entries()) {
        const { took, error } = await failure(email, password);
        expect(error).toMatchObject({ code: 'invalid_login' });
        messages.add((error as Error).message);
        if (round > 0) times[index]?.push(took);
      }
    }
    expect([...messages]).toHaveLength(1);
    const [reference = 0, ...others] = times.map(least);
    expect(reference).toBeGreaterThan(2);
    for (const other of others) {
      expect(other / reference).toBeGreaterThan(0.7);
      expect(other / reference).toBeLessThan(1.4);
    }
  });
});

onBothEngines('the time of a failed login, after BCRYPT_COST went up', (engine) => {
  it('is the same for a user who has not signed in since, a newer one and an unknown one', async () => {
    const unlimited = { LOGIN_FAILURES_PER_ACCOUNT: '100000', LOGIN_FAILURES_PER_ADDRESS: '100000' };
    const database = await migratedDatabase(engine, 'standalone');
    const first = await startServer(engine, { BCRYPT_COST: '5', ...unlimited }, database);
    await first.stop();
    const second = await startServer(engine, { BCRYPT_COST: '8', ...unlimited }, database);
    const { sessions, users } = servicesOf(second);
    await users.create(SYSTEM, { email: 'later@example.com', name: 'Later', password: new Secret(PASSWORD) });

    const emails = ['later@example.com', ADMIN.email, 'nobody@example.com'];
    const times = emails.map((): number[] => []);
    for (let round = 0; round < 12; round += 1) {
      for (const [index, email] of emails.entries()) {
        const begun = performance.now();
        await expect(sessions.login(email, new Secret('wrong'), TERMS)).rejects.toMatchObject({
          code: 'invalid_login',
        });
        if (round > 0) times[index]?.push(performance.now() - begun);
      }
    }
    const [reference = 0, ...others] = times.map(least);
    for (const other of others) {
      expect(other / reference).toBeGreaterThan(0.6);
      expect(other / reference).toBeLessThan(1.6);
    }
  });
});
