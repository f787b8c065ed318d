/** The same work over a large database as over a small one: time, start, memory. */
import { FIRST_PAGE, ISSUE, startLatchkey, verify, type FilledDatabase } from '../contestants/latchkey.js';
import { residentMiB, type Contestant } from '../contestants/contestant.js';
import type { Finding, Outcome } from '../outcome.js';
import { cpuMicros, inRounds, median, ratio, type Rounds, type Trial } from '../rounds.js';
import { medians, speedsOf, type Stage } from './stage.js';

const TIMES = 1.2;
const MEMORY = 1.3;

/** Nothing is remembered: every check reads the database. */
const NO_MEMORY = { CREDENTIAL_CACHE_ENTRIES: '0' };

/** What is done over each database; `cold` by a server that remembers nothing. */
const WORK = ['verify, hot', 'verify, cold', 'issue', 'first list page of 50'] as const;

/** Memory is looked at when the load is over and garbage has had time to be collected. */
const CALM_MS = 3000;

interface Side {
  readonly label: string;
  readonly warm: Contestant;
  readonly trials: readonly Trial[];
}

export async function measureScale(stage: Stage): Promise<Outcome> {
  const { tokens } = stage.options;
  const databases = [await stage.database(tokens.small), await stage.database(tokens.large)] as const;
  const labels = [tokens.small, tokens.large].map((count) => `${count.toLocaleString('en')} tokens`);
  const starts = await startTimes(stage, databases);
  const [small, large] = [
    await sideOf(stage, databases[0], labels[0] ?? ''),
    await sideOf(stage, databases[1], labels[1] ?? ''),
  ];
  const trials = small.trials.flatMap((trial, at) => [trial, large.trials[at] ?? trial]);
  const results = await inRounds(trials, stage.options, stage.progress);
  await new Promise((resolve) => setTimeout(resolve, CALM_MS));
  const memory = [residentMiB(small.warm.pid), residentMiB(large.warm.pid)] as const;
  const against = `${labels[1] ?? ''} against ${labels[0] ?? ''}`;
  return {
    findings: [
      ...WORK.map((work) => workFinding(results, trials, work, small.label, large.label)),
      grown(`${against}: start to first answer`, starts, TIMES, 'ms'),
      grown(`${against}: resident memory after all this`, memory, MEMORY, 'MiB'),
    ],
    speeds: speedsOf(results),
  };
}

function nameOf(work: string, label: string): string {
  return `${work}, ${label}`;
}

function workFinding(results: Rounds, trials: readonly Trial[], work: string, small: string, large: string): Finding {
  const names = [nameOf(work, small), nameOf(work, large)] as const;
  return {
    measure: `${large} against ${small}: ${work}`,
    against: 'time for each',
    bound: 'at most',
    target: TIMES,
    ratio: ratio(results, names[0], names[1]),
    cpuRatio: ratio(results, names[1], names[0], cpuMicros),
    medians: medians(results, names[1], names[0]),
    ...trials.filter(({ name }) => name === names[1]).map((trial) => ({ trial }))[0],
  };
}

function grown(measure: string, [small, large]: readonly [number, number], target: number, unit: string): Finding {
  return {
    measure,
    against: unit,
    bound: 'at most',
    target,
    ratio: large / small,
    medians: `${large.toFixed(0)} against ${small.toFixed(0)} ${unit}`,
  };
}

async function sideOf(stage: Stage, database: FilledDatabase, label: string): Promise<Side> {
  const warm = await stage.with(startLatchkey(`latchkey, ${label}`, database));
  const cold = await stage.with(startLatchkey(`latchkey, ${label}, no memory`, database, NO_MEMORY));
  const known = stage.requests(...database.known.map(verify));
  const trial = (work: string, contestant: Contestant, requests = known): Trial => ({
    name: nameOf(work, label),
    contestant,
    requests,
    expect: 'accepted',
  });
  const [hot, unremembered, issue, page] = WORK;
  return {
    label,
    warm,
    trials: [
      trial(hot, warm),
      trial(unremembered, cold),
      trial(issue, warm, stage.requests(ISSUE)),
      trial(page, warm, stage.requests(FIRST_PAGE)),
    ],
  };
}

/** Medians, in milliseconds, in turns. */
async function startTimes(
  stage: Stage,
  databases: readonly [FilledDatabase, FilledDatabase],
): Promise<[number, number]> {
  const times: [number[], number[]] = [[], []];
  for (let round = 0; round < stage.options.rounds; round += 1) {
    for (const [at, database] of databases.entries()) {
      stage.progress(`round ${String(round + 1)} of ${String(stage.options.rounds)}: start`);
      times[at]?.push(await startTime(database));
    }
  }
  return [median(times[0]), median(times[1])];
}

async function startTime(database: FilledDatabase): Promise<number> {
  const began = performance.now();
  const server = await startLatchkey('latchkey', database);
  const [token] = database.known;
  const { path, headers } = token ? verify(token) : FIRST_PAGE;
  const { status } = await fetch(server.url + path, { headers: { ...headers } });
  const took = performance.now() - began;
  await server.stop();
  if (status !== 200) throw new Error(`the first answer was ${String(status)}`);
  return took;
}
