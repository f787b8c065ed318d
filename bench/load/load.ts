/** Loads a server: wrk where it is installed, else autocannon, the same for all contestants of a run. */
import { execFile, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { cpuSeconds, type Contestant } from '../contestants/contestant.js';

const run = promisify(execFile);

/** A request as the load generator sends it. */
export interface LoadRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What came of a load. */
export interface Load {
  readonly perSecond: number;
  /** Latency in milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** The server's own processor time for each request, in microseconds; NaN where the system does not tell. */
  readonly cpuMicros: number;
}

export interface LoadOptions {
  readonly connections: number;
  readonly seconds: number;
  /** What every answer must be: 2xx, or 4xx. */
  readonly expect: 'accepted' | 'refused';
}

interface Outcome {
  readonly requests: number;
  readonly seconds: number;
  readonly refused: number;
  readonly broken: number;
  readonly p50: number;
  readonly p99: number;
}

/** How long a generator may take beyond its time before it is ended. */
const PATIENCE_MS = 20_000;

const hasWrk = spawnSync('wrk', ['-v']).error === undefined;

/** The load generator in use. */
export const GENERATOR = hasWrk ? 'wrk' : 'autocannon';

/** A set of requests on disk, from which one is picked at random each time. */
export class RequestFile {
  constructor(
    readonly file: string,
    requests: readonly LoadRequest[],
  ) {
    writeFileSync(file, requests.map(rawRequest).join('\0'));
  }
}

function rawRequest({ method, path: target, headers = {}, body = '' }: LoadRequest): string {
  const all = {
    Host: '127.0.0.1',
    ...headers,
    ...(body !== '' && { 'Content-Length': String(Buffer.byteLength(body)) }),
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n${body}`;
}

/** @throws Error when an answer was not as expected */
export async function load(
  { url, pid, name }: Contestant,
  { file }: RequestFile,
  { connections, seconds, expect }: LoadOptions,
): Promise<Load> {
  const before = cpuSeconds(pid);
  const { stdout } = await run(...command(url, file, connections, seconds), {
    timeout: seconds * 1000 + PATIENCE_MS,
    killSignal: 'SIGKILL',
  });
  const spent = cpuSeconds(pid) - before;
  const { requests, refused, broken, p50, p99, ...took } = JSON.parse(
    stdout.trim().split('\n').at(-1) ?? '',
  ) as Outcome;
  const wrong = expect === 'accepted' ? refused : requests - refused;
  if (requests === 0 || wrong > 0 || broken > 0) {
    throw new Error(
      `${name}: of ${String(requests)} answers ${String(wrong)} were not ${expect}, ${String(broken)} failed`,
    );
  }
  return { perSecond: requests / took.seconds, p50, p99, cpuMicros: (spent / requests) * 1e6 };
}

function command(url: string, file: string, connections: number, seconds: number): [string, string[]] {
  const folder = import.meta.dirname;
  if (!hasWrk) {
    return [process.execPath, [path.join(folder, 'autocannon.js'), url, file, String(connections), String(seconds)]];
  }
  const size = ['-t', '1', '-c', String(connections), '-d', `${String(seconds)}s`, '--timeout', '10s'];
  return ['wrk', [...size, '-s', path.join(folder, 'wrk.lua'), url, '--', file]];
}
