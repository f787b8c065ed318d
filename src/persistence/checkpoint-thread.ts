/** A thread with a connection of its own, which copies SQLite's log into the database file while the event loop goes on. */
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { DataSource } from 'typeorm';
import { sqliteClassOf } from '../internals/index.js';

/** What a checkpoint has done, in pages. */
export interface Checkpointed {
  /** Pages in the log; -1 if another connection was at it. */
  readonly log: number;
  /** How many of them are in the database file. */
  readonly checkpointed: number;
}

/** What the thread answers. */
type Answer = Checkpointed | { readonly message: string };

/**
 * The program of the thread. It is a text because bundlers and test runners do not find a file of its own. `PASSIVE`
 * neither waits for others nor makes them wait, and leaves `data_version` as it is.
 */
const PROGRAM = `
const { parentPort, workerData } = require('node:worker_threads');
const Connection = require(workerData.driver);
const connection = new Connection(workerData.file, { fileMustExist: true, timeout: 0 });
connection.pragma('synchronous = FULL');
parentPort.on('message', (command) => {
  if (command === 'close') {
    connection.close();
    parentPort.close();
    return;
  }
  try {
    parentPort.postMessage(connection.pragma('wal_checkpoint(PASSIVE)')[0]);
  } catch (error) {
    parentPort.postMessage({ message: error.message });
  }
});
`;

/** The thread needs little memory in addition to the driver's. */
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 };

/**
 * The file of the driver that the connection uses, or `undefined`. Two copies of SQLite in one process must not open the
 * same file: each would release the locks of the other (sqlite.org/howtocorrupt.html §2.2.1).
 */
export function driverFileOf(dataSource: DataSource): string | undefined {
  try {
    const require = createRequire(import.meta.url);
    return require('better-sqlite3') === sqliteClassOf(dataSource) ? require.resolve('better-sqlite3') : undefined;
  } catch {
    return undefined;
  }
}

export class CheckpointThread {
  private readonly worker: Worker;
  private readonly ended: Promise<void>;
  private pending: { resolve: (done: Checkpointed) => void; reject: (error: Error) => void } | undefined;
  private failure: Error | undefined;

  /** @param driver - see {@link driverFileOf} */
  constructor(driver: string, file: string) {
    this.worker = new Worker(PROGRAM, {
      eval: true,
      execArgv: [],
      name: 'latchkey-checkpoint',
      resourceLimits: RESOURCE_LIMITS,
      workerData: { driver, file },
    });
    this.worker.unref();
    this.worker.on('message', (answer: Answer) => {
      if ('message' in answer) this.pending?.reject(new Error(answer.message));
      else this.pending?.resolve(answer);
      this.pending = undefined;
    });
    this.ended = new Promise((resolve) => {
      this.worker.on('error', (error: Error) => (this.failure = error));
      this.worker.on('exit', () => {
        this.failure ??= new Error('the thread has ended');
        this.pending?.reject(this.failure);
        resolve();
      });
    });
  }

  /** Whether it can be asked; otherwise start another one. */
  get isAlive(): boolean {
    return this.failure === undefined;
  }

  /** Copies what no reader still needs in the log. Ask for one at a time. */
  checkpoint(): Promise<Checkpointed> {
    return new Promise((resolve, reject) => {
      if (this.failure) {
        reject(this.failure);
        return;
      }
      this.pending = { resolve, reject };
      this.worker.postMessage('checkpoint');
    });
  }

  /** Resolves when its connection is closed. */
  async close(): Promise<void> {
    this.worker.ref();
    this.worker.postMessage('close');
    await this.ended;
  }
}
