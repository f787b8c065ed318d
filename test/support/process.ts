/** The compiled server as a process of its own, as people run it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../..');
const MAIN = path.join(ROOT, 'dist/main.js');

const START_PATIENCE_MS = 20_000;

/** Another program than `dist/main.js`. */
export interface Program {
  readonly command?: string;
  readonly cwd?: string;
  /** What it prints when it is ready, with its base URL as the first group. */
  readonly ready?: RegExp;
}

const READY = /(http:\/\/[^\s/]+)\/docs\b/;

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ServerProcess {
  /** `http://127.0.0.1:PORT`, read from what the server printed. */
  readonly baseUrl: string;
  readonly exited: Promise<Exit>;
  stdout(): string;
  stderr(): string;
  kill(signal: NodeJS.Signals): void;
  /** Ends it in good order, if it still runs. */
  stop(): Promise<Exit>;
}

interface Running {
  readonly child: ChildProcess;
  readonly exited: Promise<Exit>;
  readonly output: { stdout: string; stderr: string };
}

const children = new Set<ChildProcess>();

function endAll(): void {
  for (const child of children) child.kill('SIGKILL');
}

// A test that fails half way leaves no server behind, nor does a measurement, which runs without Jest.
const inJest = (globalThis as { afterAll?: typeof afterAll }).afterAll;
if (inJest) inJest(endAll);
else process.once('exit', endAll);

/** The environment holds these settings and nothing of the caller's own. */
function launch(env: Record<string, string>, { command = MAIN, cwd = ROOT }: Program = {}): Running {
  if (!existsSync(command)) throw new Error(`${command} is missing: run "npm run build" and "npm run typecheck" first`);
  const child = spawn(process.execPath, [command], {
    cwd,
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.add(child);
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  const exited = new Promise<Exit>((resolve) =>
    child.once('close', (code, signal) => {
      children.delete(child);
      resolve({ code, signal });
    }),
  );
  return { child, exited, output };
}

/** Starts a server on a free port and waits until it says that it is ready. */
export async function startProcess(env: Record<string, string>, program: Program = {}): Promise<ServerProcess> {
  const { child, exited, output } = launch({ PORT: '0', BCRYPT_COST: '4', ...env }, program);
  const baseUrl = await new Promise<string>((resolve, reject) => {
    const fail = (reason: string): void => {
      child.kill('SIGKILL');
      reject(new Error(`the server ${reason}\n${output.stdout}\n${output.stderr}`));
    };
    const patience = setTimeout(fail, START_PATIENCE_MS, 'did not start in time');
    void exited.then(({ code }) => {
      clearTimeout(patience);
      fail(`ended with ${String(code)} before it was ready`);
    });
    child.stdout?.on('data', () => {
      const [, url] = (program.ready ?? READY).exec(output.stdout) ?? [];
      if (url === undefined) return;
      clearTimeout(patience);
      resolve(url);
    });
  });
  return {
    baseUrl,
    exited,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    kill: (signal) => child.kill(signal),
    stop: () => {
      child.kill('SIGTERM');
      return exited;
    },
  };
}

/** Runs a server that is expected to give up by itself. */
export async function runToEnd(
  env: Record<string, string>,
): Promise<Exit & { readonly stdout: string; readonly stderr: string }> {
  const { child, exited, output } = launch(env);
  const patience = setTimeout(() => child.kill('SIGKILL'), START_PATIENCE_MS);
  const exit = await exited;
  clearTimeout(patience);
  return { ...exit, ...output };
}
