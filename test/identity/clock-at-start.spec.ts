/** A server that starts with a wrong clock: it removes nothing for its age, and says that the clock may be wrong. */
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { SteadyTime } from '../../src/core/index.js';
import { CleanupJob } from '../../src/identity/index.js';
import { addAuditRows } from '../support/audit-rows.js';
import { onBothEngines } from '../support/engines.js';
import { startServer, type TestServer } from '../support/test-server.js';

const DAY = 86_400_000;
const SETTINGS = { AUDIT_RETENTION_DAYS: '30' };

afterEach(() => {
  jest.restoreAllMocks();
});

const clean = ({ app }: TestServer): Promise<void> => app.get(CleanupJob).run();

async function auditRows({ dataSource }: TestServer): Promise<number> {
  const [row] = await dataSource.query<{ count: string | number }[]>('SELECT COUNT(*) AS count FROM latchkey_audit');
  return Number(row?.count);
}

/** A server on the database of one that ran with a clock that differed by so much, with what it warned of. */
async function after(
  earlier: TestServer,
  differenceMs: number,
): Promise<{ server: TestServer; rows: number; warnings: string[] }> {
  earlier.clock.freeze(new Date(Date.now() + differenceMs));
  await addAuditRows(earlier, [{ createdAt: new Date(Date.now() + differenceMs - DAY) }]);
  await clean(earlier);
  const recorded = new Date(Date.now() + differenceMs).toISOString();
  await earlier.dataSource.query(`UPDATE latchkey_setting SET value = '${recorded}' WHERE name = 'clock'`);
  const rows = await auditRows(earlier);
  await earlier.stop();
  const warn = jest.spyOn(Logger.prototype, 'warn').mockReturnValue();
  const server = await startServer(earlier.engine, SETTINGS, earlier.database);
  await clean(server);
  return { server, rows, warnings: warn.mock.calls.map(([message]) => String(message)) };
}

onBothEngines('a server that starts with a clock', (engine) => {
  it('far ahead removes nothing that was kept before, and warns once', async () => {
    const earlier = await startServer(engine, SETTINGS);
    const { server, rows, warnings } = await after(earlier, -400 * DAY);
    expect(await auditRows(server)).toBe(rows);
    expect(warnings.filter((text) => text.includes('if the clock is wrong'))).toHaveLength(1);
    // What every removal for age goes by, that of inactive tokens and of old keys included.
    const steady = server.app.get(SteadyTime).at(Date.now());
    expect(steady).toBeLessThan(Date.now() - 399 * DAY);
  });

  it('far behind removes nothing either, and warns that expired tokens are accepted', async () => {
    const earlier = await startServer(engine, SETTINGS);
    const { server, rows, warnings } = await after(earlier, 20 * DAY);
    expect(await auditRows(server)).toBe(rows);
    expect(warnings.filter((text) => text.includes('accepted again until the clock is right'))).toHaveLength(1);
  });

  it('that is right removes what is old, and warns of nothing', async () => {
    const earlier = await startServer(engine, SETTINGS);
    await addAuditRows(earlier, [{ createdAt: new Date(Date.now() - 31 * DAY) }]);
    const before = await auditRows(earlier);
    const { server, warnings } = await after(earlier, 0);
    // One was old, and one was added.
    expect(await auditRows(server)).toBe(before);
    expect(warnings.filter((text) => text.includes('clock'))).toEqual([]);
  });
});

describe('a database that nobody has run on', () => {
  it('lets the time begin with the clock', async () => {
    const server = await startServer('sqlite', SETTINGS);
    await clean(server);
    expect(Math.abs(server.app.get(SteadyTime).at(Date.now()) - Date.now())).toBeLessThan(1000);
  });
});
