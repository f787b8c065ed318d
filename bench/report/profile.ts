/** Where a server spends its time under a load: samples of V8, added up by what they are in. */
import { mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { startLatchkey } from '../contestants/latchkey.js';
import { load, type LoadOptions, type RequestFile } from '../load/load.js';

/** Shares of the time that the process was busy, largest first. */
export interface Profile {
  readonly title: string;
  readonly parts: readonly (readonly [string, number])[];
  readonly functions: readonly (readonly [string, number])[];
}

interface Frame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
}

interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: Frame }[];
  readonly samples: readonly number[];
  /** Microseconds. */
  readonly timeDeltas: readonly number[];
  readonly startTime: number;
}

const SHOWN = 14;
const WARM_SECONDS = 6;
const SECONDS = 6;

/** Samples that say that nothing was done, or nothing of ours. */
const IDLE = new Set(['(idle)', '(root)']);

/** @param file - the database, as the measure had it */
export async function profile(
  title: string,
  file: string,
  folder: string,
  requests: RequestFile,
  options: Omit<LoadOptions, 'seconds'>,
): Promise<Profile> {
  const profiles = path.join(folder, 'profiles');
  mkdirSync(profiles, { recursive: true });
  const server = await startLatchkey('latchkey', { file }, {}, ['--cpu-prof', `--cpu-prof-dir=${profiles}`]);
  await load(server, requests, { ...options, seconds: WARM_SECONDS });
  // The same clock as V8's.
  const began = Number(process.hrtime.bigint() / 1000n);
  await load(server, requests, { ...options, seconds: SECONDS });
  const ended = Number(process.hrtime.bigint() / 1000n);
  await server.stop();
  const [name = ''] = readdirSync(profiles);
  const samples = JSON.parse(readFileSync(path.join(profiles, name), 'utf8')) as CpuProfile;
  rmSync(profiles, { recursive: true });
  return { title, ...shares(samples, began, ended) };
}

function shares(samples: CpuProfile, began: number, ended: number): Omit<Profile, 'title'> {
  const frames = new Map(samples.nodes.map(({ id, callFrame }) => [id, callFrame]));
  const parts = new Map<string, number>();
  const functions = new Map<string, number>();
  let at = samples.startTime;
  let total = 0;
  samples.samples.forEach((id, index) => {
    const took = samples.timeDeltas[index] ?? 0;
    at += took;
    const frame = frames.get(id);
    if (!frame || at < began || at > ended || IDLE.has(frame.functionName)) return;
    total += took;
    add(parts, partOf(frame), took);
    add(functions, `${frame.functionName || '(anonymous)'} — ${placeOf(frame)}`, took);
  });
  return { parts: largest(parts, total), functions: largest(functions, total) };
}

function add(sums: Map<string, number>, key: string, value: number): void {
  sums.set(key, (sums.get(key) ?? 0) + value);
}

function largest(sums: ReadonlyMap<string, number>, total: number): [string, number][] {
  return [...sums]
    .map(([key, value]): [string, number] => [key, value / total])
    .sort(([, a], [, b]) => b - a)
    .slice(0, SHOWN);
}

/** The package, `latchkey` for our own, `node` for what comes with it. */
function partOf({ functionName, url }: Frame): string {
  const [, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? [];
  if (name !== undefined) return name;
  if (url.includes('/dist/')) return 'latchkey';
  if (url.startsWith('node:')) return 'node, in JavaScript';
  return functionName.startsWith('(') ? functionName : 'node, native (sockets, parsing, hashing)';
}

function placeOf({ url, lineNumber }: Frame): string {
  if (url === '') return 'native';
  return `${url.replace(/^.*(node_modules|dist)\//, '')}:${String(lineNumber + 1)}`;
}
