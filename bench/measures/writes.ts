/** What a verification writes in steady state: nothing. Seen from outside, by a connection that hears of every commit. */
import { statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { startLatchkey, verify } from '../contestants/latchkey.js';
import { load } from '../load/load.js';
import type { Outcome } from '../outcome.js';
import type { Stage } from './stage.js';

const CHECKS = 100_000;
const SECONDS_AT_MOST = 40;

/** A first use is written down so much later at the latest, and then none for a minute. */
const WRITTEN_BEHIND_MS = 6500;

export async function measureWrites(stage: Stage): Promise<Outcome> {
  const { file, known } = await stage.database(stage.options.tokens.small);
  const server = await stage.with(startLatchkey('latchkey', { file }));
  const requests = stage.requests(...known.slice(-1).map(verify));
  const options = { connections: stage.options.connections, expect: 'accepted' } as const;
  stage.progress('writes: first use');
  await load(server, requests, { ...options, seconds: 1 });
  await delay(WRITTEN_BEHIND_MS);

  const witness = new Database(file, { readonly: true });
  const seen = (): { commits: unknown; walBytes: number } => ({
    commits: witness.pragma('data_version', { simple: true }),
    walBytes: statSync(`${file}-wal`).size,
  });
  const before = seen();
  let checks = 0;
  for (let second = 0; second < SECONDS_AT_MOST && checks < CHECKS; second += 1) {
    stage.progress(`writes: ${checks.toFixed(0)} checks`);
    checks += (await load(server, requests, { ...options, seconds: 1 })).perSecond;
  }
  await delay(WRITTEN_BEHIND_MS);
  const after = seen();
  witness.close();
  const isSilent = before.commits === after.commits && before.walBytes === after.walBytes;
  return {
    findings: [
      {
        measure: 'database writes in steady state',
        against: 'verifications',
        bound: 'at most',
        target: 0,
        ratio: isSilent ? 0 : 1 / checks,
        medians:
          `${isSilent ? 'no commit' : 'commits'}, ${String(after.walBytes - before.walBytes)} bytes more in the log ` +
          `after ${Math.round(checks).toLocaleString('en')} verifications`,
      },
    ],
    speeds: [],
    notes: [],
  };
}
