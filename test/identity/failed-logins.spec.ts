import { beforeEach, describe, expect, it } from '@jest/globals';
import { AuditRecord, Secret } from '../../src/core/index.js';
import { startPair } from '../instances/pair.js';
import { onBothEngines } from '../support/engines.js';
import { send } from '../support/http.js';
import { servicesOf } from '../support/services.js';
import { ADMIN, startServer, type TestServer } from '../support/test-server.js';

const START = Date.parse('2026-07-01T10:00:00.000Z');
const MINUTE = 60_000;

/** More than are tried here. */
const NO_THROTTLE = { LOGIN_FAILURES_PER_ACCOUNT: '100000', LOGIN_FAILURES_PER_ADDRESS: '100000' };

const refused = async (attempt: Promise<unknown>): Promise<void> => {
  await expect(attempt).rejects.toMatchObject({ code: 'invalid_login' });
};
const byToken = (server: TestServer, address: string | null): Promise<void> =>
  refused(servicesOf(server).sessions.exchange('x'.repeat(43), termsFrom(address)));
const byPassword = (server: TestServer, email: string, address: string | null): Promise<void> =>
  refused(servicesOf(server).sessions.login(email, new Secret('wrong'), termsFrom(address)));
const termsFrom = (address: string | null) => ({ audience: 'canvus', lifetimeSeconds: 60, address });

const rowsOf = async ({ dataSource }: TestServer): Promise<AuditRecord[]> =>
  dataSource.getRepository(AuditRecord).find({ where: { action: 'user.login_failed' }, order: { id: 'ASC' } });

onBothEngines('failed logins in the audit log', (engine) => {
  let server: TestServer;
  beforeEach(async () => {
    server = await startServer(engine, NO_THROTTLE);
    server.clock.freeze(new Date(START));
  });

  it('have one row per hour, with their number and the times of the first and the last', async () => {
    for (let minute = 0; minute < 70; minute += 10) {
      server.clock.freeze(new Date(START + minute * MINUTE));
      await byToken(server, '192.0.2.1');
    }
    expect(
      (await rowsOf(server)).map(({ occurrences, createdAt, lastAt }) => [occurrences, createdAt, lastAt]),
    ).toEqual([
      [6, new Date(START), new Date(START + 50 * MINUTE)],
      [1, new Date(START + 60 * MINUTE), new Date(START + 60 * MINUTE)],
    ]);
  });

  it('have one row for all addresses of an IPv6 /48', async () => {
    for (let network = 1; network <= 300; network += 1) await byToken(server, `2001:db8:7:${network.toString(16)}::1`);
    expect(await rowsOf(server)).toMatchObject([{ occurrences: 300, ipAddress: '2001:db8:7:1::1' }]);
  });

  it('have a separate row for each IPv4 address, e-mail address and login method', async () => {
    await byPassword(server, 'one@example.com', '192.0.2.1');
    await byPassword(server, 'ONE@example.com', '192.0.2.1');
    await byPassword(server, 'two@example.com', '192.0.2.1');
    await byPassword(server, 'one@example.com', '192.0.2.2');
    await byPassword(server, 'one@example.com', '::ffff:192.0.2.2');
    await byToken(server, '192.0.2.1');
    await byToken(server, null);
    const rows = await rowsOf(server);
    expect(rows.map(({ targetName, ipAddress, occurrences }) => [targetName, ipAddress, occurrences])).toEqual([
      ['one@example.com', '192.0.2.1', 2],
      ['two@example.com', '192.0.2.1', 1],
      ['one@example.com', '192.0.2.2', 2],
      [null, '192.0.2.1', 1],
      [null, null, 1],
    ]);
  });

  it('are all counted when many fail at the same time', async () => {
    await Promise.all(Array.from({ length: 40 }, () => byToken(server, '192.0.2.1')));
    expect(await rowsOf(server)).toMatchObject([{ occurrences: 40 }]);
  });

  it('show administrators their number and times', async () => {
    await byPassword(server, 'nobody@example.com', '192.0.2.1');
    server.clock.freeze(new Date(START + MINUTE));
    await byPassword(server, 'nobody@example.com', '192.0.2.1');
    const reply = await send(server.baseUrl, 'GET', '/api/v1/audit-log?per_page=1', {
      headers: { 'Private-Token': ADMIN.token },
    });
    const [event] = reply.json<{ created_at: string; target_name: string; details: string }[]>();
    expect(event).toMatchObject({ target_name: 'nobody@example.com', created_at: new Date(START).toISOString() });
    expect(JSON.parse(event?.details ?? '')).toEqual({
      method: 'password',
      dialect: 'canvus',
      count: 2,
      first_at: new Date(START).toISOString(),
      last_at: new Date(START + MINUTE).toISOString(),
    });
  });
});

describe('failed logins on two instances', () => {
  it('are counted in the same row, even if the first ones happen at the same time', async () => {
    const pair = await startPair(NO_THROTTLE);
    const addresses = Array.from({ length: 10 }, (_, at) => `192.0.2.${String(at)}`);
    for (const instance of [pair.a, pair.b]) instance.clock.freeze(new Date(START));
    await Promise.all(
      addresses.flatMap((address) => [pair.a, pair.b, pair.a, pair.b].map((instance) => byToken(instance, address))),
    );
    const rows = await rowsOf(pair.a);
    expect(rows.map(({ occurrences }) => occurrences)).toEqual(addresses.map(() => 4));
    await pair.close();
  });
});
