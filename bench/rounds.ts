/** Contestants take turns, so that whatever else the machine does meets them all alike. */
import type { Contestant } from './contestants/contestant.js';
import { load, type Load, type LoadOptions, type RequestFile } from './load/load.js';

/** One thing that is measured: a contestant and what it is asked. */
export interface Trial {
  readonly name: string;
  readonly contestant: Contestant;
  readonly requests: RequestFile;
  readonly expect: LoadOptions['expect'];
}

export interface RoundOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly connections: number;
}

/** The outcome of each round, by the name of the trial. */
export type Rounds = ReadonlyMap<string, readonly Load[]>;

/** Compiled code is measured, not code being compiled: so many answers first, in so much time at the most. */
const WARM_UP_ANSWERS = 20_000;
const WARM_UP_SECONDS = 12;

/** Calls for every turn: what is being measured, for those who wait. */
export type Progress = (text: string) => void;

export async function inRounds(
  trials: readonly Trial[],
  { rounds, seconds, connections }: RoundOptions,
  progress: Progress,
): Promise<Rounds> {
  for (const trial of trials) {
    progress(`warming up ${trial.name}`);
    await warmUp(trial, connections);
  }
  const results = new Map<string, Load[]>(trials.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < trials.length; turn += 1) {
      // Each round begins with another, so that nobody always follows the same one.
      const trial = trials[(round + turn) % trials.length];
      if (!trial) continue;
      progress(`round ${String(round + 1)} of ${String(rounds)}: ${trial.name}`);
      const { contestant, requests, expect } = trial;
      results.get(trial.name)?.push(await load(contestant, requests, { connections, seconds, expect }));
    }
  }
  return results;
}

async function warmUp({ contestant, requests, expect }: Trial, connections: number): Promise<void> {
  let answers = 0;
  for (let second = 0; second < WARM_UP_SECONDS && answers < WARM_UP_ANSWERS; second += 1) {
    answers += (await load(contestant, requests, { connections, seconds: 1, expect })).perSecond;
  }
}

/** Of one trial against another, the median of the rounds' ratios: neighbours in time are compared. */
export function ratio(results: Rounds, of: string, to: string, value: (load: Load) => number = perSecond): number {
  const others = results.get(to) ?? [];
  return median((results.get(of) ?? []).map((load, round) => value(load) / value(others[round] ?? load)));
}

export function perSecond(load: Load): number {
  return load.perSecond;
}

export function cpuMicros(load: Load): number {
  return load.cpuMicros;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}
