/**
 * Complete revocation, the long form: three processes over one PostgreSQL, credentials of every sort taken away at
 * random instances under a constant load of verifications, while processes are killed and held still and listeners cut.
 * Needs a build. `npx tsx bench/revocations.ts --revocations 10000` takes some minutes and stops by itself. With
 * `--workers 4` more are on their way at a time than two cores can do at once: then the times are those of a queue.
 * With `--database postgres://…` it uses an empty database that is there instead of a server of its own.
 */
import { parseArgs } from 'node:util';
import type { FailureKind } from '../test/instances/failures.js';
import { runTrial, type TrialReport } from '../test/instances/trial.js';
import { PostgresServer } from '../test/support/start-postgres.js';

const LEASE_SECONDS = 2;

/** What is to be reached, in milliseconds: while all are healthy, and otherwise (the lease and a little more). */
const MAX_P99_MS = 50;
const MAX_DELAY_MS = LEASE_SECONDS * 1000 + 500;

/** One of each kind of failure for so many revocations. */
const REVOCATIONS_PER_ROUND = 2500;
const ROUND: readonly FailureKind[] = ['kill', 'cut', 'hold'];

const { values } = parseArgs({
  options: {
    revocations: { type: 'string', default: '10000' },
    workers: { type: 'string', default: '1' },
    verifications: { type: 'string', default: '100' },
    database: { type: 'string' },
  },
});

async function main(): Promise<void> {
  const revocations = Number(values.revocations);
  const rounds = Math.max(1, Math.round(revocations / REVOCATIONS_PER_ROUND));
  const postgres = values.database === undefined ? await PostgresServer.start(['max_connections=200']) : undefined;
  try {
    const report = await runTrial({
      databaseUrl: values.database ?? postgres?.url ?? '',
      revocations,
      workers: Number(values.workers),
      leaseSeconds: LEASE_SECONDS,
      failures: Array.from({ length: rounds }, () => ROUND).flat(),
      verifications: Number(values.verifications),
      onProgress: (done) => {
        if (done % 1000 === 0) process.stderr.write(`${String(done)} revocations\n`);
      },
    });
    process.exitCode = shown(report) ? 0 : 1;
  } finally {
    await postgres?.remove();
  }
}

/** @returns whether all is as it is to be */
function shown({ bySort, accepted, refused, verifications, healthy, failing, seconds }: TrialReport): boolean {
  const p99 = percentile(healthy, 0.99);
  const longest = Math.max(...failing);
  const ms = (value: number): string => `${value.toFixed(1)} ms`;
  const lines = [
    ...Object.entries(bySort).map(([sort, count]) => `${sort}: ${String(count)}`),
    `in ${seconds.toFixed(0)} s, under ${(verifications / seconds).toFixed(0)} verifications a second`,
    `accepted after their revoke had returned: ${String(accepted.length)} (must be 0)`,
    `refused though good: ${String(refused.length)} (must be 0)`,
    `a revoke while all were healthy (${String(healthy.length)}): p50 ${ms(percentile(healthy, 0.5))}, ` +
      `p99 ${ms(p99)} (at most ${String(MAX_P99_MS)}), max ${ms(Math.max(...healthy))}`,
    `the longest while something failed (${String(failing.length)}): ${ms(longest)} (at most ${String(MAX_DELAY_MS)})`,
    ...[...accepted, ...refused].slice(0, 20),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  return accepted.length === 0 && refused.length === 0 && p99 <= MAX_P99_MS && longest <= MAX_DELAY_MS;
}

function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}

await main();
