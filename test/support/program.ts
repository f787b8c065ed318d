/** Programs that run during a test, and end with it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { Awaited } from './awaited.js';
import { closeLater } from './closing.js';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ProgramOptions {
  readonly args?: readonly string[];
  readonly cwd?: string;
  /** In addition to PATH; no other variables of the caller. */
  readonly env?: Record<string, string>;
  /** What ends it after the test: SIGKILL, unless it has processes of its own to end. */
  readonly lastSignal?: NodeJS.Signals;
  /** Signals go to all that it has started, as a shell or npm does not pass them on. */
  readonly withDescendants?: boolean;
}

/** @returns whether a process received it; 0 sends no signal and only checks that */
function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-leader, signal);
    return true;
  } catch (error) {
    // Its last process may have ended before its output was read to the end.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    return false;
  }
}

/** A program that has been started, and what it writes. */
export class Program extends Awaited {
  stdout = '';
  stderr = '';
  readonly exited: Promise<Exit>;
  private readonly child: ChildProcess;
  private readonly withDescendants: boolean;
  private isRunning = true;

  constructor(file: string, options: ProgramOptions = {}) {
    super();
    const { args = [], cwd, env, lastSignal = 'SIGKILL', withDescendants = false } = options;
    this.withDescendants = withDescendants;
    const child = spawn(file, args, {
      cwd,
      // A group of its own, which can be signalled as one.
      detached: withDescendants,
      env: { PATH: process.env.PATH ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
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
        this.isRunning = false;
        this.over();
        resolve({ code, signal });
      });
    });
    const end = closeLater(async () => {
      this.kill(lastSignal);
      await this.exited;
    });
    void this.exited.then(end, end);
  }

  /** Whether it, or something that it has started, still runs; for one that was started `withDescendants`. */
  get hasDescendants(): boolean {
    return this.child.pid !== undefined && signalGroup(this.child.pid, 0);
  }

  /** The id of the process. */
  get pid(): number {
    return this.child.pid ?? 0;
  }

  kill(signal: NodeJS.Signals): void {
    const { pid } = this.child;
    if (!this.withDescendants || pid === undefined) {
      this.child.kill(signal);
    } else if (this.isRunning) {
      signalGroup(pid, signal);
    }
  }

  /** Ends it gracefully, if it still runs. */
  stop(): Promise<Exit> {
    this.kill('SIGTERM');
    return this.exited;
  }

  protected summary(): string {
    return `${this.stdout}\n${this.stderr}`;
  }
}
