/** The compiled server as a process of its own, as people run it. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { Program, type Exit } from './program.js';

export type { Exit } from './program.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
const MAIN = path.join(ROOT, 'dist/main.js');

/** Much longer than a start takes: several at once on a busy machine are slow. */
const START_PATIENCE_MS = 60_000;

/** Another program than `dist/main.js`. */
interface EntryPoint {
  readonly command?: string;
  readonly cwd?: string;
  /** What it prints when it is ready, with its base URL as the first group. */
  readonly ready?: RegExp;
}

const READY = /(http:\/\/[^\s/]+)\/docs\b/;

export interface ServerProcess {
  /** `http://127.0.0.1:PORT`, read from what the server printed. */
  readonly baseUrl: string;
  readonly exited: Promise<Exit>;
  readonly pid: number;
  stdout(): string;
  stderr(): string;
  kill(signal: NodeJS.Signals): void;
  /** Ends it gracefully, if it still runs. */
  stop(): Promise<Exit>;
}

/** The environment holds these settings and nothing of the caller's own. */
function launch(env: Record<string, string>, { command = MAIN, cwd = ROOT }: EntryPoint = {}): Program {
  if (!existsSync(command)) throw new Error(`${command} is missing: run "npm run build" and "npm run typecheck" first`);
  return new Program(process.execPath, { args: [command], cwd, env });
}

/** Starts a server on a free port and waits until it says that it is ready. */
export async function startProcess(env: Record<string, string>, entryPoint: EntryPoint = {}): Promise<ServerProcess> {
  const server = launch({ PORT: '0', BCRYPT_COST: '4', ...env }, entryPoint);
  const address = (): string | undefined => (entryPoint.ready ?? READY).exec(server.stdout)?.[1];
  try {
    await server.until(() => address() !== undefined, START_PATIENCE_MS);
  } catch (error) {
    server.kill('SIGKILL');
    throw error;
  }
  return {
    baseUrl: address() ?? '',
    exited: server.exited,
    pid: server.pid,
    stdout: () => server.stdout,
    stderr: () => server.stderr,
    kill: (signal) => {
      server.kill(signal);
    },
    stop: () => server.stop(),
  };
}

/** Runs a server that is expected to give up by itself. */
export async function runToEnd(
  env: Record<string, string>,
): Promise<Exit & { readonly stdout: string; readonly stderr: string }> {
  const server = launch(env);
  const timer = setTimeout(() => {
    server.kill('SIGKILL');
  }, START_PATIENCE_MS);
  const exit = await server.exited;
  clearTimeout(timer);
  return { ...exit, stdout: server.stdout, stderr: server.stderr };
}
