/** An instance that stalls, as with a debugger, a starved machine or full swap, and then continues. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { createDatabase } from '../support/engines.js';
import { Cluster, verify } from './cluster.js';
import { duration } from './pair.js';
import { SORTS, command, createVictim } from './victims.js';

const LEASE_SECONDS = 2;
const HELD_MS = 3000;

/** Allowance for a busy machine. */
const A_LITTLE_MS = 1000;

it('a stuck instance accepts nothing that was revoked while it was stuck, and delays a revoke by at most its lease', async () => {
  const database = await createDatabase('postgres');
  await Cluster.with(database.url, 2, { INSTANCE_LEASE_SECONDS: String(LEASE_SECONDS) }, standStill);
});

async function standStill(cluster: Cluster): Promise<void> {
  const [one, other] = cluster.places;
  if (!one || !other) throw new Error('there are two');
  const victims = await Promise.all(SORTS.map((sort) => createVictim(one, sort)));
  const present = (): Promise<number[]> =>
    Promise.all(victims.map(async ({ credential }) => (await verify(other, credential)).status));
  const all = (status: number): number[] => victims.map(() => status);
  // Twice: once to fill the cache, once to use it.
  expect(await present()).toEqual(all(200));
  expect(await present()).toEqual(all(200));

  const going = cluster.hold(other, HELD_MS);
  const taken = victims.map(async ({ end }) => {
    expect((await command(one, end)).status).toBe(200);
  });
  const tookMs = await duration(Promise.all(taken));
  expect(tookMs).toBeGreaterThan(LEASE_SECONDS * 500);
  expect(tookMs).toBeLessThan(LEASE_SECONDS * 1000 + A_LITTLE_MS);
  // These wait in its sockets, on open connections and on new ones.
  const answers = Promise.all([present(), present(), present()]);
  expect(await Promise.race([answers, delay(50, 'none yet')])).toBe('none yet');
  await going;
  expect(await answers).toEqual([all(401), all(401), all(401)]);

  const late = await createVictim(one, 'service token deleted');
  expect((await verify(other, late.credential)).status).toBe(200);
}
