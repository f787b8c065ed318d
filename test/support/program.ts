/** Programs that run beside a test, and end with it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { Awaited } from './awaited.js';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ProgramOptions {
  readonly args?: readonly string[];
  readonly cwd?: string;
  /** Beside PATH; nothing of the caller's own. */
  readonly env?: Record<string, string>;
  /** What ends it if nobody has: SIGKILL, unless it has processes of its own to end. */
  readonly lastSignal?: NodeJS.Signals;
  /** Signals go to all that it has started, as a shell or npm does not pass them on. */
  readonly withDescendants?: boolean;
}

const running = new Set<Program>();

function endAll(): void {
  for (const program of running) program.kill(program.lastSignal);
}

// A test that fails half way leaves nothing running, nor does a measurement, which runs without Jest.
const inJest = (globalThis as { afterAll?: typeof afterAll }).afterAll;
if (inJest) inJest(endAll);
else process.once('exit', endAll);

function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch (error) {
    // Its last process may have ended before its output was read to the end.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** A program that has been started, and what it writes. */
export class Program extends Awaited {
  stdout = '';
  stderr = '';
  readonly exited: Promise<Exit>;
  readonly lastSignal: NodeJS.Signals;
  private readonly child: ChildProcess;
  private readonly withDescendants: boolean;

  constructor(file: string, options: ProgramOptions = {}) {
    super();
    const { args = [], cwd, env, lastSignal = 'SIGKILL', withDescendants = false } = options;
    this.lastSignal = lastSignal;
    this.withDescendants = withDescendants;
    const child = spawn(file, args, {
      cwd,
      // A group of its own, which can be signalled as one.
      detached: withDescendants,
      env: { PATH: process.env.PATH ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    running.add(this);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
      this.news();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
      this.news();
    });
    this.exited = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => {
        running.delete(this);
        this.over();
        resolve({ code, signal });
      });
    });
  }

  kill(signal: NodeJS.Signals): void {
    const { pid } = this.child;
    if (!this.withDescendants || pid === undefined) {
      this.child.kill(signal);
    } else if (running.has(this)) {
      signalGroup(pid, signal);
    }
  }

  /** Ends it in good order, if it still runs. */
  stop(): Promise<Exit> {
    this.kill('SIGTERM');
    return this.exited;
  }

  protected told(): string {
    return `${this.stdout}\n${this.stderr}`;
  }
}
