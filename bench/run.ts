/** The command: fills databases, starts the contestants, measures in rounds, reports. It ends by itself, and all it started. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { arch, cpus, loadavg, release, totalmem } from 'node:os';
import path from 'node:path';
import { ROOT } from './contestants/contestant.js';
import { GENERATOR } from './load/load.js';
import { measureInProcess } from './measures/in-process.js';
import { measureIssue } from './measures/issue.js';
import { measureScale } from './measures/scale.js';
import { Stage, type Measure } from './measures/stage.js';
import { measureVerifyApp } from './measures/verify-app.js';
import { measureVerify } from './measures/verify.js';
import { measureWrites } from './measures/writes.js';
import { USAGE, readOptions, type MeasureName, type Options } from './options.js';
import { isReached, type Finding, type Outcome } from './outcome.js';
import { chart, type Panel } from './report/chart.js';
import { findingsTable, markdown } from './report/markdown.js';
import { profile, type Profile } from './report/profile.js';

const MEASURE: Record<MeasureName, Measure> = {
  verify: measureVerify,
  'verify-app': measureVerifyApp,
  'in-process': measureInProcess,
  issue: measureIssue,
  scale: measureScale,
  writes: measureWrites,
};

/** Whatever happens, it is over by then. */
const TIME_LIMIT_MS = 45 * 60_000;

const RESULTS = path.join(ROOT, 'bench/results');

async function main(options: Options): Promise<void> {
  const before = machineLoad();
  mkdirSync(path.join(ROOT, 'bench/data'), { recursive: true });
  const folder = mkdtempSync(path.join(ROOT, 'bench/data/run-'));
  const tidyUp = (): void => {
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', tidyUp);
  const stage = new Stage(options, folder, progress);
  try {
    const outcomes: Outcome[] = [];
    for (const name of options.measures) {
      outcomes.push(await MEASURE[name](stage));
      await stage.clear();
    }
    const after = machineLoad();
    const profiles = await profilesOf(
      stage,
      outcomes.flatMap(({ findings }) => findings),
    );
    write(options, outcomes, profiles, [before, after]);
  } finally {
    await stage.clear();
    tidyUp();
  }
}

/** One for each piece of work in which something was not reached. */
async function profilesOf(stage: Stage, findings: readonly Finding[]): Promise<Profile[]> {
  const { connections } = stage.options;
  const profiles = new Map<string, Profile>();
  for (const finding of findings) {
    const { trial } = finding;
    const database = trial?.contestant.database;
    if (!trial || !database || isReached(finding) || profiles.has(trial.name)) continue;
    progress(`profile of ${trial.name}`);
    const options = { connections, expect: trial.expect };
    profiles.set(trial.name, await profile(trial.name, database, stage.folder, trial.requests, options));
  }
  return [...profiles.values()];
}

function write(options: Options, outcomes: readonly Outcome[], profiles: readonly Profile[], loads: string[]): void {
  const findings = outcomes.flatMap((outcome) => outcome.findings);
  const speeds = outcomes.flatMap((outcome) => outcome.speeds);
  const name = options.publish ? 'latest' : 'partial';
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(path.join(RESULTS, `${name}.svg`), chart([ratiosPanel(findings), speedsPanel(speeds)]));
  const circumstances = circumstancesOf(options, loads);
  const report = { findings, speeds, circumstances, profiles, chart: `${name}.svg` };
  writeFileSync(path.join(RESULTS, `${name}.md`), markdown(report));
  process.stdout.write(`\n${findingsTable(findings).join('\n')}\n\n`);
  process.stdout.write(`Written to bench/results/${name}.md and ${name}.svg\n`);
}

/** How far each is beyond what must be reached: 1 is just reached, less is not. */
function ratiosPanel(findings: readonly Finding[]): Panel {
  const bars = findings.flatMap((finding) => {
    const { measure, against, bound, target, ratio } = finding;
    if (target === null || target === 0) return [];
    const value = bound === 'at least' ? ratio / target : target / ratio;
    const tone = isReached(finding) ? ('good' as const) : ('bad' as const);
    return [
      { label: `${measure} : ${against}`, value, text: `${ratio.toPrecision(3)} (${bound} ${String(target)})`, tone },
    ];
  });
  return { title: 'Ratios against what must be reached (longer is better)', bars, line: { value: 1, text: 'reached' } };
}

function speedsPanel(speeds: Outcome['speeds']): Panel {
  const bars = speeds.map(({ name, perSecond }) => {
    const text = `${Math.round(perSecond).toLocaleString('en')}/s`;
    return { label: name, value: perSecond, text, tone: 'plain' as const };
  });
  return { title: 'Requests a second, medians (logarithmic)', bars };
}

function circumstancesOf({ rounds, seconds, connections, tokens }: Options, [before, after]: string[]): string[] {
  const [cpu] = cpus();
  const gib = Math.round(totalmem() / 2 ** 30);
  return [
    `${new Date().toISOString().slice(0, 10)}, commit ${commit()}, Node.js ${process.version}, Linux ${release()} ${arch()}`,
    `${String(cpus().length)} × ${cpu?.model ?? 'processor'}, ${String(gib)} GiB; each contestant is one process, and ` +
      'the load generator shares the processors with it',
    `${GENERATOR}, ${String(connections)} connections; ${String(rounds)} rounds of ${String(seconds)} s for each, in turns`,
    `service tokens: ${tokens.small.toLocaleString('en')}, and ${tokens.large.toLocaleString('en')} in the large database`,
    `${versions()}; SQLite with write-ahead log and \`synchronous=FULL\` for everyone`,
    `load average of the machine before: ${before ?? ''}; after: ${after ?? ''}`,
  ];
}

function versions(): string {
  const { packages } = JSON.parse(readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version: string }>;
  };
  const names = ['oidc-provider', 'better-auth', '@better-auth/api-key'];
  return names.map((name) => `${name} ${packages[`node_modules/${name}`]?.version ?? ''}`).join(', ');
}

function commit(): string {
  try {
    const git = (...args: string[]): string => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();
    return (
      git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', '--', 'src') === '' ? '' : ' with changes')
    );
  } catch {
    return 'unknown';
  }
}

function machineLoad(): string {
  return loadavg()
    .map((value) => value.toFixed(2))
    .join(' ');
}

function progress(text: string): void {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);
}

function options(): Options {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(USAGE);
    throw error;
  }
}

function fail(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

setTimeout(() => {
  fail(new Error('the time is up'));
}, TIME_LIMIT_MS).unref();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

try {
  await main(options());
} catch (error) {
  fail(error);
}
