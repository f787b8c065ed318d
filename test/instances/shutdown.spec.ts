/** An instance that stops while others continue. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { closeLater } from '../support/closing.js';
import { connectTo, createDatabase, type TestDatabase } from '../support/engines.js';
import { ADMIN_TOKEN } from './cluster.js';
import { startProcess, type ServerProcess } from '../support/process.js';
import { KeptClient } from './kept-client.js';
import { duration, until } from './pair.js';
import { command, createVictim } from './victims.js';

/** A revoke that waits for the stopping instance would take at least two seconds. */
const LEASE_SECONDS = 10;
const DELAYED_MS = 1500;

let database: TestDatabase;
let reader: pg.Client;

describe('an instance that stops', () => {
  beforeAll(async () => {
    database = await createDatabase('postgres');
    reader = await connectTo(database.url);
  });

  const start = (): Promise<ServerProcess> =>
    startProcess({
      DATABASE_URL: database.url,
      ADMIN_TOKEN,
      ACCOUNT_ID: 'a'.repeat(32),
      INSTANCE_LEASE_SECONDS: String(LEASE_SECONDS),
      LOG_LEVEL: 'warn',
    });

  async function instances(): Promise<number> {
    const { rows } = await reader.query<{ count: number }>('SELECT count(*)::int AS count FROM latchkey_instance');
    return rows[0]?.count ?? 0;
  }

  it('a stopping instance removes its row, and delays no revoke during or after the stop', async () => {
    const [staying, leaving] = await Promise.all([start(), start()]);
    expect(await instances()).toBe(2);
    const client = new KeptClient(staying.baseUrl);
    const place = { client };
    const times: number[] = [];
    const over = new AbortController();
    closeLater(() => {
      over.abort();
    });
    const revoking = (async () => {
      while (!over.signal.aborted) {
        const { end } = await createVictim(place, 'service token deleted');
        times.push(await duration(command(place, end)));
      }
    })();
    await until(() => times.length > 5);
    expect(await leaving.stop()).toEqual({ code: 0, signal: null });
    expect(await instances()).toBe(1);
    const before = times.length;
    await until(() => times.length > before + 5);
    over.abort();
    await revoking;
    expect(Math.max(...times)).toBeLessThan(DELAYED_MS);
    expect(await staying.stop()).toEqual({ code: 0, signal: null });
    expect(await instances()).toBe(0);
    // One of the two finds the database of the other, and points out that its ADMIN_TOKEN counts for nothing.
    const warnings = (leaving.stderr() + staying.stderr()).trim().split('\n');
    expect(warnings.filter((line) => line !== '')).toEqual([]);
  });
});
