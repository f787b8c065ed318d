/** `Verifier.verify` within a process, as guards use it, against the one hash that it cannot do without. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../contestants/contestant.js';
import type { Outcome } from '../outcome.js';
import { median } from '../rounds.js';
import type { Stage } from './stage.js';

const run = promisify(execFile);

const TARGET = 0.2;

/** Calls a second, in each round. */
interface Rates {
  readonly verify: readonly number[];
  readonly hash: readonly number[];
}

export async function measureInProcess(stage: Stage): Promise<Outcome> {
  const { options, folder, progress } = stage;
  const { file, known } = await stage.database(options.tokens.small);
  const [token] = known;
  if (!token) throw new Error('there is no known token');
  progress('in-process verification');
  const script = path.join(ROOT, 'bench/peers/in-process.js');
  const args = [script, file, token.clientId, token.clientSecret, String(options.rounds), String(options.seconds)];
  const timeout = (options.rounds * options.seconds * 2 + 60) * 1000;
  const { stdout } = await run(process.execPath, args, { cwd: folder, timeout });
  const { verify, hash } = JSON.parse(stdout) as Rates;
  const rates = [median(verify), median(hash)].map((rate) => Math.round(rate).toLocaleString('en'));
  return {
    findings: [
      {
        measure: 'in-process verify, one hot token',
        against: "crypto.hash('sha256') of the same secret",
        bound: 'at least',
        target: TARGET,
        ratio: median(verify.map((rate, round) => rate / (hash[round] ?? NaN))),
        medians: `${rates.join(' against ')} calls/s`,
      },
    ],
    speeds: [],
  };
}
