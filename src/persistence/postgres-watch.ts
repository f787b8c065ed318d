/** Notices that PostgreSQL does not answer at all, as when it is stopped by a signal, and then fails what waits for it. */
import { Socket } from 'node:net';
import type pg from 'pg';
import type { DataSource } from 'typeorm';
import { clientClassOf, poolOf } from '../internals/index.js';

/** The database does not answer. */
export class Unresponsive extends Error {
  readonly code = 'UNRESPONSIVE';

  constructor() {
    super('PostgreSQL does not answer');
  }
}

interface Running {
  readonly since: number;
  readonly reject: (error: Unresponsive) => void;
}

const TICK_MS = 200;

/** In how many steps it is waited for an answer. */
const SILENT_STEPS = 20;

/** How long one connection is asked. */
const GIVE_UP_MS = 3000;

/**
 * Slow work is not the same as a frozen database: when something takes long, a connection of its own is asked whether
 * there is anybody. While there is not, everything fails at once; the pending question tells when it is over.
 */
export class PostgresWatch {
  private static readonly all = new WeakMap<DataSource, PostgresWatch>();
  private readonly running = new Set<Running>();
  private timer: NodeJS.Timeout | undefined;
  private probing = false;
  private isFrozen = false;
  private client: Promise<pg.Client> | undefined;
  private socket: Socket | undefined;

  private constructor(
    private readonly dataSource: DataSource,
    private readonly answerMs: number,
  ) {}

  /** The one of a connection. @param answerMs - how long the database may not answer */
  static of(dataSource: DataSource, answerMs: number): PostgresWatch {
    let watch = PostgresWatch.all.get(dataSource);
    if (!watch) PostgresWatch.all.set(dataSource, (watch = new PostgresWatch(dataSource, answerMs)));
    return watch;
  }

  /** Runs work that waits for the database. @throws Unresponsive */
  guard<T>(work: () => Promise<T>): Promise<T> {
    if (this.isFrozen) return Promise.reject(new Unresponsive());
    return new Promise<T>((resolve, reject) => {
      const entry: Running = { since: performance.now(), reject };
      this.running.add(entry);
      this.timer ??= setInterval(() => {
        this.look();
      }, TICK_MS).unref();
      work()
        .then(resolve, reject)
        .finally(() => {
          this.running.delete(entry);
        });
    });
  }

  /** Ends the connection for questions. */
  close(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.drop();
  }

  private look(): void {
    const [oldest] = this.running;
    if (!oldest) {
      if (!this.probing) this.close();
    } else if (!this.probing && performance.now() - oldest.since > (this.answerMs * 2) / 3 - TICK_MS) {
      void this.probe();
    }
  }

  private async probe(): Promise<void> {
    this.probing = true;
    const late = this.whenSilent(() => {
      this.isFrozen = true;
      for (const { reject } of this.running) reject(new Unresponsive());
      this.running.clear();
    });
    try {
      while (!(await this.answered())) this.drop();
    } catch {
      // It can be seen that nobody is there: what waits gets errors of its own.
      this.drop();
    } finally {
      clearInterval(late);
      this.isFrozen = false;
      this.probing = false;
    }
  }

  /** In steps, of which one is made in however long this process itself is busy: the answer may have come meanwhile. */
  private whenSilent(tell: () => void): NodeJS.Timeout {
    let steps = 0;
    const timer = setInterval(
      () => {
        steps += 1;
        if (steps < SILENT_STEPS) return;
        clearInterval(timer);
        tell();
      },
      this.answerMs / 3 / SILENT_STEPS,
    );
    return timer;
  }

  /** `false` after a while: the machine at the other end may be gone, so another connection has to be tried. */
  private async answered(): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<false>((resolve) => {
      timer = setTimeout(resolve, GIVE_UP_MS, false).unref();
    });
    const asked = this.ask();
    asked.catch(() => undefined);
    const outcome = await Promise.race([asked, over]);
    clearTimeout(timer);
    return outcome;
  }

  private async ask(): Promise<true> {
    this.client ??= this.connected();
    const client = await this.client;
    await client.query('SELECT 1');
    return true;
  }

  private async connected(): Promise<pg.Client> {
    const Client = clientClassOf(this.dataSource);
    const socket = new Socket();
    this.socket = socket;
    const client = new Client({ ...poolOf(this.dataSource).options, query_timeout: undefined, stream: () => socket });
    client.on('error', () => {
      if (this.socket === socket) this.drop();
    });
    await client.connect();
    return client;
  }

  private drop(): void {
    this.socket?.destroy();
    this.socket = undefined;
    this.client = undefined;
  }
}
