/** The short form of the trial; the long one is `npx tsx bench/revocations.ts`. */
import { expect, it } from '@jest/globals';
import { createDatabase } from '../support/engines.js';
import { runTrial } from './trial.js';
import { SORTS } from './victims.js';

const LEASE_SECONDS = 1;

it('no instance accepts a credential once its revoke has returned, whatever happens to instances in between', async () => {
  const database = await createDatabase('postgres');
  const report = await runTrial({
    databaseUrl: database.url,
    revocations: 200,
    workers: 4,
    leaseSeconds: LEASE_SECONDS,
    failures: ['kill', 'cut', 'hold'],
    verifications: 60,
  });
  expect(report.accepted).toEqual([]);
  expect(report.refused).toEqual([]);
  for (const sort of SORTS) expect(report.bySort[sort]).toBeGreaterThan(15);
  // The lease, and allowance for a busy machine.
  expect(Math.max(...report.failing)).toBeLessThan(LEASE_SECONDS * 1000 + 2000);
}, 180_000);
