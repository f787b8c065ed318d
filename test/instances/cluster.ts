/** Several real processes over one PostgreSQL, each of which can be killed, suspended, or cut from its notifications. */
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { startProcess, type ServerProcess } from '../support/process.js';
import { KeptClient, type Answer } from './kept-client.js';

export const ADMIN_TOKEN = 'Kq3-vT9wLx0ZbN7yRf2hUe5mJc8sGd1aPo6_iWtXBnE';
export const ACCOUNT_ID = 'a'.repeat(32);

/** Matches the last statement of a listening connection, and of no other. */
export const A_LISTENERS_QUERY =
  '^((UPDATE|INSERT INTO) latchkey_instance|SELECT set_config|SELECT pg_notify\\(\\$1, \\$2|LISTEN)';

/** One member of the cluster; its process may be replaced by another. */
export interface Place {
  readonly name: string;
  process: ServerProcess;
  client: KeptClient;
  isUp: boolean;
  /** Its process is suspended. */
  isHeld: boolean;
  /** How often it was suspended. */
  holds: number;
}

export class Cluster {
  private constructor(
    private readonly env: Record<string, string>,
    readonly places: readonly Place[],
    private readonly database: pg.Client,
  ) {}

  /** Runs for as long as the work lasts. Errors are thrown with the logs of the processes. */
  static async with<T>(
    databaseUrl: string,
    size: number,
    settings: Record<string, string>,
    work: (cluster: Cluster) => Promise<T>,
  ): Promise<T> {
    const cluster = await Cluster.start(databaseUrl, size, settings);
    try {
      return await work(cluster);
    } catch (error) {
      throw new Error(cluster.logs(), { cause: error });
    } finally {
      await cluster.stop();
    }
  }

  private static async start(databaseUrl: string, size: number, settings: Record<string, string>): Promise<Cluster> {
    const env = { DATABASE_URL: databaseUrl, ADMIN_TOKEN, ACCOUNT_ID, LOG_LEVEL: 'error', ...settings };
    const names = Array.from({ length: size }, (_, index) => String.fromCharCode(97 + index));
    const places = await Promise.all(
      names.map(async (name) => ({ name, isUp: true, isHeld: false, holds: 0, ...(await started(env)) })),
    );
    const database = new pg.Client(databaseUrl);
    database.on('error', () => undefined);
    await database.connect();
    return new Cluster(env, places, database);
  }

  get up(): readonly Place[] {
    return this.places.filter(({ isUp }) => isUp);
  }

  /** Any one that runs and is not suspended. */
  any(): Place {
    return pick(this.up.filter(({ isHeld }) => !isHeld));
  }

  /** `kill -9`, and another process in its place. */
  async replace(place: Place): Promise<void> {
    place.isUp = false;
    place.process.kill('SIGKILL');
    await place.process.exited;
    await place.client.close();
    Object.assign(place, await started(this.env), { isUp: true });
  }

  /** Suspends a process for this many milliseconds. */
  async hold(place: Place, milliseconds: number): Promise<void> {
    place.isHeld = true;
    place.holds += 1;
    place.process.kill('SIGSTOP');
    await delay(milliseconds);
    place.process.kill('SIGCONT');
    place.isHeld = false;
  }

  /** Ends the connection on which one of the instances listens. */
  async cutAListener(): Promise<void> {
    await this.database.query(
      `SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity WHERE datname = current_database()
       AND query ~ '${A_LISTENERS_QUERY}' ORDER BY random() LIMIT 1) one`,
    );
  }

  /** @throws Error when a process did not end well, or had ended before */
  private async stop(): Promise<void> {
    await Promise.all(this.places.map(({ client }) => client.close()));
    await this.database.end();
    const exits = await Promise.all(this.places.map(({ process }) => process.stop()));
    if (exits.some(({ code }) => code !== 0)) throw new Error(`a process ended badly\n${this.logs()}`);
  }

  private logs(): string {
    const faults = (log: string): string[] => log.split('\n').filter((line) => !line.includes('"statusCode":503'));
    return this.places.flatMap(({ name, process }) => [`${name}:`, ...faults(process.stderr())]).join('\n');
  }
}

/** Anything that answers requests. */
export type Addressed = Pick<Place, 'client'>;

/** `GET /verify`: what a proxy asks. */
export function verify({ client }: Addressed, credential: Record<string, string>): Promise<Answer> {
  return client.send('GET', '/verify', credential);
}

export function pick<T>(items: readonly T[]): T {
  const item = items[Math.floor(Math.random() * items.length)];
  if (item === undefined) throw new Error('there is nothing to choose from');
  return item;
}

async function started(env: Record<string, string>): Promise<{ process: ServerProcess; client: KeptClient }> {
  const process = await startProcess(env);
  return { process, client: new KeptClient(process.baseUrl) };
}
