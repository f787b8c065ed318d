/** The real server, on a port and a database of its own. */
import type { AddressInfo } from 'node:net';
import type { DataSource } from 'typeorm';
import type { AppOverrides } from '../../src/standalone/app.module.js';
import { loadConfig } from '../../src/config/index.js';
import { Connection, type Engine } from '../../src/persistence/index.js';
import type { TestDatabase } from './engines.js';
import { closeLater } from './closing.js';
import { checkAnswer, loadDocuments } from './documented.js';
import { checkAnswers, endConnections, keepConnections } from './http.js';
import { MOUNTS, mountOf, type MountName, type Mounted } from './mounts.js';
import { migratedDatabase } from './templates.js';
import { TestClock } from './test-clock.js';

export const ADMIN = {
  id: 1000,
  email: 'root@example.com',
  password: 'correct horse battery',
  token: 'Kq3-vT9wLx0ZbN7yRf2hUe5mJc8sGd1aPo6_iWtXBnE',
};

export const ACCOUNT = { id: 'a'.repeat(32), name: 'Acme' };

export interface TestServer extends Mounted {
  readonly engine: Engine;
  /** Where the dialects are served, each at its default path. */
  readonly baseUrl: string;
  readonly port: number;
  readonly clock: TestClock;
  readonly dataSource: DataSource;
  readonly database: TestDatabase;
  /** Stops the server, and leaves its database. */
  readonly stop: () => Promise<void>;
  /** Stops the server, and drops its database. */
  readonly close: () => Promise<void>;
}

/** An automatic cleanup would remove rows that a test has let expire by moving the clock. */
const NO_ROUNDS = { initialDelayMs: 86_400_000 };

/**
 * The standalone server.
 * @param env - settings beyond those that every test server has
 * @param given - an existing database, instead of a new one with its schema; `close` drops it either way
 * @param cleanup - when the cleanup runs by itself. Default: never
 */
export function startServer(
  engine: Engine,
  env: Record<string, string> = {},
  given?: TestDatabase,
  cleanup: AppOverrides['cleanup'] = NO_ROUNDS,
): Promise<TestServer> {
  return started('standalone', engine, env, given, cleanup);
}

/** The same for tests that apply to every mount: standalone or in a host, as the run selects for this engine. */
export function startInMount(
  engine: Engine,
  env: Record<string, string> = {},
  given?: TestDatabase,
): Promise<TestServer> {
  return started(mountOf(engine), engine, env, given, NO_ROUNDS);
}

/** A server in a host, whatever the run selects. */
export function startInHost(engine: Engine): Promise<TestServer> {
  return started('mounted', engine, {}, undefined, NO_ROUNDS);
}

async function started(
  mount: MountName,
  engine: Engine,
  env: Record<string, string>,
  given: TestDatabase | undefined,
  cleanup: AppOverrides['cleanup'],
): Promise<TestServer> {
  const database = given ?? (await migratedDatabase(engine, mount));
  await loadDocuments();
  const clock = new TestClock();
  const config = loadConfig({
    DATABASE_URL: database.url,
    PORT: '0',
    BCRYPT_COST: '4',
    // Memory that is allocated at the start, and that no suite fills.
    CREDENTIAL_CACHE_ENTRIES: '1000',
    LOG_LEVEL: 'silent',
    ADMIN_EMAIL: ADMIN.email,
    ADMIN_PASSWORD: ADMIN.password,
    ADMIN_TOKEN: ADMIN.token,
    ACCOUNT_ID: ACCOUNT.id,
    ACCOUNT_NAME: ACCOUNT.name,
    // All callers of a suite have one address.
    CLOUDFLARE_API_FAILURES: '0',
    ...env,
  });
  const mounted = await MOUNTS[mount](config, { clock, cleanup });
  const { app, basePath } = mounted;
  const http = app.getHttpServer();
  // A request on a connection that the server is just closing as idle would fail now and then.
  http.keepAliveTimeout = 0;
  const { port } = http.address() as AddressInfo;
  const baseUrl = `http://127.0.0.1:${String(port)}${basePath}`;
  keepConnections(baseUrl);
  checkAnswers(baseUrl, checkAnswer);
  const stop = closeLater(async () => {
    endConnections(baseUrl);
    await mounted.stop();
  });
  return {
    ...mounted,
    stop,
    engine,
    baseUrl,
    port,
    clock,
    dataSource: app.get(Connection).dataSource,
    database,
    close: closeLater(async () => {
      await stop();
      await database.drop();
    }),
  };
}
