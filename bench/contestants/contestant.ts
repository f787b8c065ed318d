/** Servers under measurement: each a process of its own on the loopback address, ended with the run. */
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { LoadRequest } from '../load/load.js';

export const ROOT = path.resolve(import.meta.dirname, '../..');

export interface Contestant {
  readonly name: string;
  readonly pid: number;
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** From the start of the process until it said that it is ready, in milliseconds. */
  readonly startMs: number;
  /** The product's SQLite file. */
  readonly database?: string;
  stop(): Promise<void>;
}

/** A peer tells how it wants to be asked. */
export interface Peer extends Contestant {
  readonly requests: Readonly<Record<string, LoadRequest>>;
}

export interface Launch {
  readonly name: string;
  /** What follows `node` on the command line. */
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const START_PATIENCE_MS = 60_000;
const STOP_PATIENCE_MS = 12_000;

const running = new Set<ChildProcess>();

process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/**
 * Starts a process and waits for a line that says it is ready.
 * @param ready - what the line tells, or `undefined` when it is another
 */
export async function launch<T extends { readonly url: string }>(
  { name, args, env = {} }: Launch,
  ready: (line: string) => T | undefined,
): Promise<Contestant & T> {
  const began = performance.now();
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  const exited = new Promise<void>((resolve) =>
    child.once('close', () => {
      resolve();
    }),
  );
  void exited.then(() => running.delete(child));
  let errors = '';
  child.stderr.on('data', (text: Buffer) => (errors = (errors + text.toString()).slice(-2000)));
  const found = await new Promise<T>((resolve, reject) => {
    const fail = (): void => {
      child.kill('SIGKILL');
      reject(new Error(`${name} did not start: ${errors}`));
    };
    const patience = setTimeout(fail, START_PATIENCE_MS);
    void exited.then(fail);
    createInterface(child.stdout).on('line', (line) => {
      const told = ready(line);
      if (!told) return;
      clearTimeout(patience);
      resolve(told);
    });
  });
  const startMs = performance.now() - began;
  return { ...found, name, pid: child.pid ?? 0, startMs, stop: () => stop(child, exited) };
}

async function stop(child: ChildProcess, exited: Promise<void>): Promise<void> {
  const patience = setTimeout(() => child.kill('SIGKILL'), STOP_PATIENCE_MS);
  child.kill('SIGTERM');
  await exited;
  clearTimeout(patience);
}

/** @param script - in `bench/peers`, without `.js`; @param folder - where it may keep data */
export function startPeer(name: string, script: string, folder: string): Promise<Peer> {
  const args = [path.join(ROOT, 'bench/peers', `${script}.js`), folder];
  return launch({ name, args, env: { NODE_ENV: 'production' } }, (line) => {
    const { port, requests } = JSON.parse(line) as { port: number; requests: Peer['requests'] };
    return { url: `http://127.0.0.1:${String(port)}`, requests };
  });
}

/** Clock ticks of Linux: its own promise to programs, whatever the kernel uses. */
const TICKS_PER_SECOND = 100;

/** Processor time that a process has used, in seconds; NaN where `/proc` is not. */
export function cpuSeconds(pid: number): number {
  const fields = procFile(pid, 'stat')?.split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Resident memory in MiB; NaN where `/proc` is not. */
export function residentMiB(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(procFile(pid, 'status') ?? '')?.[1]) / 1024;
}

function procFile(pid: number, name: string): string | undefined {
  try {
    return readFileSync(`/proc/${String(pid)}/${name}`, 'utf8');
  } catch {
    return undefined;
  }
}
