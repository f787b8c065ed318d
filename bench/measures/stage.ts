/** What the measures share: a folder for the run, its databases, and the contestants that are running. */
import path from 'node:path';
import { startPeer, type Contestant, type Peer } from '../contestants/contestant.js';
import { filledDatabase, type FilledDatabase } from '../contestants/latchkey.js';
import { RequestFile, type LoadRequest } from '../load/load.js';
import type { Options } from '../options.js';
import type { Outcome, Speed } from '../outcome.js';
import { cpuMicros, median, perSecond, type Progress, type Rounds } from '../rounds.js';

export type Measure = (stage: Stage) => Promise<Outcome>;

export class Stage {
  private readonly databases = new Map<number, Promise<FilledDatabase>>();
  private readonly contestants: Contestant[] = [];
  private files = 0;

  constructor(
    readonly options: Options,
    readonly folder: string,
    readonly progress: Progress,
  ) {}

  /** A database of so many service tokens, made once in a run. */
  database(tokens: number): Promise<FilledDatabase> {
    const made = this.databases.get(tokens) ?? this.fill(tokens);
    this.databases.set(tokens, made);
    return made;
  }

  private fill(tokens: number): Promise<FilledDatabase> {
    this.progress(`filling a database with ${tokens.toLocaleString('en')} tokens`);
    return filledDatabase(this.folder, tokens, this.options.tokens.small);
  }

  /** Keeps a contestant until the end of the measure. */
  async with<T extends Contestant>(starting: Promise<T>): Promise<T> {
    const contestant = await starting;
    this.contestants.push(contestant);
    return contestant;
  }

  peer(name: string, script: string): Promise<Peer> {
    return this.with(startPeer(name, script, this.folder));
  }

  requests(...requests: readonly (LoadRequest | undefined)[]): RequestFile {
    this.files += 1;
    const given = requests.filter((request) => request !== undefined);
    return new RequestFile(path.join(this.folder, `requests-${String(this.files)}`), given);
  }

  /** Ends whatever still runs. */
  async clear(): Promise<void> {
    await Promise.all(this.contestants.splice(0).map((contestant) => contestant.stop()));
  }
}

export function speedsOf(results: Rounds): Speed[] {
  return [...results].map(([name, loads]) => ({
    name,
    perSecond: median(loads.map(perSecond)),
    p50: median(loads.map(({ p50 }) => p50)),
    p99: median(loads.map(({ p99 }) => p99)),
    cpuMicros: median(loads.map(cpuMicros)),
  }));
}

/** Of one trial and another, in requests a second. */
export function medians(results: Rounds, ...names: readonly string[]): string {
  const texts = names.map((name) => Math.round(median((results.get(name) ?? []).map(perSecond))).toLocaleString('en'));
  return `${texts.join(' against ')} requests/s`;
}
