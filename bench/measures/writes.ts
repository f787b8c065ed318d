/** What a verification writes in steady state: nothing. Seen from outside, by a connection that hears of every commit. */
import { statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { startLatchkey, verify } from '../contestants/latchkey.js';
import { load } from '../load/load.js';
import type { Finding, Outcome } from '../outcome.js';
import type { Stage } from './stage.js';

const CHECKS = 100_000;
const SECONDS_AT_MOST = 40;

/** A first use is written down so much later at the latest, and then none for a minute. */
const WRITTEN_BEHIND_MS = 6500;

/** What was used within the last minute is written down when that is over. */
const FIRST_WRITE_MS = 75_000;

/** A count that goes up with every commit of others, and the size of SQLite's log. */
interface Seen {
  readonly commits: unknown;
  readonly walBytes: number;
}

export async function measureWrites(stage: Stage): Promise<Outcome> {
  const { file, known } = await stage.database(stage.options.tokens.small);
  const server = await stage.with(startLatchkey('latchkey', { file }));
  const requests = stage.requests(...known.slice(-1).map(verify));
  const options = { connections: stage.options.connections, seconds: 1, expect: 'accepted' } as const;
  const verifications = async (): Promise<number> => (await load(server, requests, options)).perSecond;

  const witness = new Database(file, { readonly: true });
  const seen = (): Seen => ({
    commits: witness.pragma('data_version', { simple: true }),
    walBytes: statSync(`${file}-wal`).size,
  });
  const atStart = seen().commits;
  const patience = performance.now() + FIRST_WRITE_MS;
  while (seen().commits === atStart && performance.now() < patience) {
    stage.progress('writes: first use');
    await verifications();
    await delay(WRITTEN_BEHIND_MS);
  }
  const before = seen();
  let checks = 0;
  for (let second = 0; second < SECONDS_AT_MOST && checks < CHECKS; second += 1) {
    stage.progress(`writes: after ${checks.toFixed(0)} verifications`);
    checks += await verifications();
  }
  await delay(WRITTEN_BEHIND_MS);
  const finding = findingOf(before, seen(), checks);
  witness.close();
  return { findings: [finding], speeds: [] };
}

function findingOf(before: Seen, after: Seen, checks: number): Finding {
  const isSilent = before.commits === after.commits && before.walBytes === after.walBytes;
  return {
    measure: 'database writes in steady state',
    against: 'verifications',
    bound: 'at most',
    target: 0,
    ratio: isSilent ? 0 : 1 / checks,
    medians:
      `${isSilent ? 'no commit' : 'commits'}, ${String(after.walBytes - before.walBytes)} bytes more in the log ` +
      `after ${Math.round(checks).toLocaleString('en')} verifications`,
  };
}
