/** Two servers of this process over one PostgreSQL, and instances that are only a row in the table. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ChangeRelay, SYSTEM } from '../../src/core/index.js';
import { PersonalToken } from '../../src/identity/index.js';
import { Instance as InstanceRow } from '../../src/persistence/relay/instance.entity.js';
import { createDatabase } from '../support/engines.js';
import { servicesOf, type Services } from '../support/services.js';
import { A_LISTENERS_QUERY } from './cluster.js';
import { startServer, type TestServer } from '../support/test-server.js';

const TIMEOUT_MS = 10_000;

export interface Instance extends TestServer, Services {
  readonly relay: ChangeRelay;
}

export interface Pair {
  readonly a: Instance;
  readonly b: Instance;
  close(): Promise<void>;
}

export async function startPair(env: Record<string, string> = {}): Promise<Pair> {
  const database = await createDatabase('postgres');
  const shared = { ...database, drop: () => Promise.resolve() };
  const start = async (): Promise<Instance> => {
    const server = await startServer('postgres', { INSTANCE_LEASE_SECONDS: '1', ...env }, shared);
    return { ...server, ...servicesOf(server), relay: server.app.get(ChangeRelay) };
  };
  const a = await start();
  const b = await start();
  return {
    a,
    b,
    close: async () => {
      await Promise.all([a.close(), b.close()]);
      await database.drop();
    },
  };
}

export async function revoke({ unitOfWork, tokens }: Services, token: PersonalToken): Promise<void> {
  await unitOfWork.write(SYSTEM, (tx) => tokens.revoke(tx, PersonalToken, token));
}

/** An instance that has taken a lease and then disappeared. */
export async function silentInstance({ dataSource }: TestServer, trustMs = 700): Promise<string> {
  const id = randomUUID();
  const values = { id, renewals: 0, fenced: false, trustMs };
  await dataSource.manager.createQueryBuilder().insert().into(InstanceRow).values(values).execute();
  return id;
}

/** Ends the connections on which instances listen; each reconnects. */
export async function cutListeners({ dataSource }: TestServer): Promise<void> {
  await dataSource.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()
     AND query ~ '${A_LISTENERS_QUERY}'`,
  );
}

/** Checks repeatedly until it is true. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const begun = performance.now();
  while (!(await isSo())) {
    if (performance.now() - begun > TIMEOUT_MS) throw new Error(`timed out waiting for ${isSo.toString()}`);
    await delay(5);
  }
}

/** The milliseconds until a promise settles. */
export async function duration(work: Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work;
  return performance.now() - begun;
}
