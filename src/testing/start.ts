/** Starts a real server in memory for tests, and gives them the clock, the seed, faults and a ledger of requests. */
import type { AddressInfo } from 'node:net';
import type { INestApplicationContext } from '@nestjs/common';
import { loadConfig } from '../config/index.js';
import { EventBus, FailureCounters, LastSeen, LocalFailureCounters, Transactor } from '../core/index.js';
import { VerifyListener } from '../data-plane/index.js';
import { dialectSettings, type Dialect } from '../dialect-kit/index.js';
import { DIALECTS } from '../dialects.js';
// Loaded together with this file, so that a start does not wait for them.
import '../dialects/canvus/index.js';
import '../dialects/latchkey/index.js';
import type { BootstrapResult } from '../identity/index.js';
import { withOwnLogger } from '../internals/index.js';
import { Connection, MemorySnapshot, openInMemory } from '../persistence/index.js';
import { schemaOf } from '../schema.js';
import { createServerBehind, type Server } from '../standalone/server.js';
import { FrontServer } from '../standalone/front-server.js';
import { applySeed, type Seeded } from './apply-seed.js';
import { controlRoutes } from './control-routes.js';
import type { Fault } from './faults.js';
import { TestIssuer, type IssuedForTest, type TokenForTest } from './issue.js';
import { checkedSeed, type Seed } from './seed.js';
import { TestClock, type ClockMode } from './test-clock.js';
import { Traffic, type LedgerEntry } from './traffic.js';

/** How a server for tests is started. Everything is optional. */
export interface StartOptions {
  /** Names of Latchkey's own dialects, or dialects. Default: all of Latchkey's own. */
  readonly dialects?: readonly (string | Dialect)[] | undefined;
  /** What it begins with, and goes back to. Default: an administrator and an account. */
  readonly seed?: Seed | undefined;
  /** `manual` stands still until it is moved (default); `running` follows the machine's clock. Both can be moved. */
  readonly clock?: ClockMode | undefined;
  /** Where the clock stands at first. Default: the machine's time. */
  readonly now?: Date | undefined;
  /** On 127.0.0.1. Default: any free port. */
  readonly port?: number | undefined;
  /** Settings of the server by their variables, for example `{ CF_TOKENS_PER_ACCOUNT: '2' }`. */
  readonly settings?: Readonly<Record<string, string>> | undefined;
  /** Whether `/_latchkey/reset`, `/_latchkey/clock` and `/_latchkey/faults` are served. Default: no. */
  readonly controlRoutes?: boolean | undefined;
}

/** A server for tests. It listens on 127.0.0.1 only. */
export interface Latchkey {
  /** For example `http://127.0.0.1:40123`, without a slash at the end. */
  readonly baseUrl: string;
  /** The first administrator, with the password and the token in clear. */
  readonly admin: { readonly email: string; readonly password: string; readonly token: string };
  /** The first account. */
  readonly account: { readonly id: string; readonly name: string };
  /** What the seed has made, with its secrets. */
  readonly seeded: Seeded;
  readonly clock: TestClock;
  /** The server's services, for example `services.get(EventBus)`. */
  readonly services: Pick<INestApplicationContext, 'get'>;
  /** Issues a token without a request. @throws TypeError for an owner that there is not */
  issueForTest(token: TokenForTest): Promise<IssuedForTest>;
  /** Orders a fault for requests to come. @returns a function that takes it back. @throws TypeError */
  fault(fault: Fault): () => void;
  /** Takes all faults back. */
  clearFaults(): void;
  /** The requests since the start or the last reset, oldest first; the last 10,000. */
  requests(): readonly LedgerEntry[];
  /** Goes back to the seed: data, clock, faults and ledger. Tokens of the seed keep their secrets. */
  reset(): Promise<void>;
  /** Closes every connection and releases all memory. */
  stop(): Promise<void>;
}

/** A limit of the machine, not of what is tested. */
const SETTINGS = {
  DATABASE_URL: 'sqlite::memory:',
  HOST: '127.0.0.1',
  DOCS: 'off',
  LOG_LEVEL: 'silent',
  SECURITY_LOG_LINES: '0',
  BCRYPT_COST: '4',
  CREDENTIAL_CACHE_ENTRIES: '1000',
};

/** The cleanup would remove rows that a test has let expire. */
const NO_ROUNDS = { initialDelayMs: 86_400_000 };

/**
 * Starts a server in memory. It is complete: real routes, a real database, real verification.
 * @throws SeedError, ConfigError; nothing is left running then
 */
export async function startLatchkey(options: StartOptions = {}): Promise<Latchkey> {
  const seed = checkedSeed(options.seed ?? {});
  const clock = new TestClock(options.clock ?? 'manual', options.now);
  const dialects = chosenDialects(options.dialects);
  const config = loadConfig(settingsOf(options, seed), dialectSettings(dialects));
  const traffic = new Traffic(clock);
  const database = await openInMemory(schemaOf(dialects));
  const parts = { dialects, clock, cleanup: NO_ROUNDS, database, first: traffic.middleware };
  const { server, result } = await withOwnLogger(async () => {
    const created = await createServerBehind(FrontServer.of(config.server), config, parts);
    try {
      return { server: created, result: await created.start() };
    } catch (error) {
      await created.stop();
      throw error;
    }
  });
  if (!result) throw new Error('a database in memory was not empty');
  try {
    return await TestServer.of(server, result, {
      seed,
      clock,
      traffic,
      hasControl: options.controlRoutes ?? false,
      dialects,
    });
  } catch (error) {
    await withOwnLogger(() => server.stop());
    throw error;
  }
}

function settingsOf(
  { port = 0, settings }: StartOptions,
  { admin = {}, accounts: [first] = [] }: Seed,
): Record<string, string> {
  const given = {
    ADMIN_EMAIL: admin.email,
    ADMIN_PASSWORD: admin.password,
    ADMIN_TOKEN: admin.token,
    ACCOUNT_ID: first?.id,
    ACCOUNT_NAME: first?.name,
  };
  const defined = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return { ...SETTINGS, PORT: String(port), ...(Object.fromEntries(defined) as Record<string, string>), ...settings };
}

function chosenDialects(given: StartOptions['dialects']): readonly Dialect[] {
  if (!given) return DIALECTS;
  return given.map((each) => {
    const found = typeof each === 'string' ? DIALECTS.find(({ name }) => name === each) : each;
    if (found) return found;
    throw new TypeError(
      `there is no dialect ${JSON.stringify(each)}: there are ${DIALECTS.map(({ name }) => name).join(', ')}`,
    );
  });
}

interface Parts {
  readonly seed: Seed;
  readonly clock: TestClock;
  readonly traffic: Traffic;
  readonly hasControl: boolean;
  readonly dialects: readonly Dialect[];
}

class TestServer implements Latchkey {
  readonly baseUrl: string;
  readonly clock: TestClock;
  readonly admin: Latchkey['admin'];
  readonly account: Latchkey['account'];
  seeded: Seeded = { accounts: [], users: [], tokens: [] };
  private snapshot: MemorySnapshot | undefined;
  private stopping: Promise<void> | undefined;

  private constructor(
    private readonly server: Server,
    { email, password, token, accountId, accountName }: BootstrapResult,
    private readonly parts: Parts,
  ) {
    const { port } = server.app.getHttpServer().address() as AddressInfo;
    this.baseUrl = `http://127.0.0.1:${String(port)}`;
    this.clock = parts.clock;
    this.admin = { email, password: password.reveal(), token: token.reveal() };
    this.account = { id: accountId, name: accountName };
  }

  static async of(server: Server, result: BootstrapResult, parts: Parts): Promise<TestServer> {
    const started = new TestServer(server, result, parts);
    await started.prepare();
    return started;
  }

  get services(): Pick<INestApplicationContext, 'get'> {
    return this.server.app;
  }

  issueForTest(token: TokenForTest): Promise<IssuedForTest> {
    return this.issuer.issue(token);
  }

  fault(fault: Fault): () => void {
    return this.parts.traffic.faults.add(fault);
  }

  clearFaults(): void {
    this.parts.traffic.faults.clear();
  }

  requests(): readonly LedgerEntry[] {
    return [...this.parts.traffic.ledger];
  }

  async reset(): Promise<void> {
    const { app } = this.server;
    // What is waiting to be written belongs to the time before.
    await app.get(LastSeen).flush();
    this.clock.reset();
    this.parts.traffic.clear();
    await this.snapshot?.restore();
    const counters = app.get(FailureCounters);
    if (counters instanceof LocalFailureCounters) counters.clear();
    app.get(EventBus).resync();
  }

  stop(): Promise<void> {
    this.stopping ??= withOwnLogger(async () => {
      // Clients of tests keep connections open, and nobody waits for an answer any more.
      this.server.app.getHttpServer().closeAllConnections();
      await this.server.stop();
    });
    return this.stopping;
  }

  private get issuer(): TestIssuer {
    return new TestIssuer(this.server.app, { adminEmail: this.admin.email, accountId: this.account.id });
  }

  private async prepare(): Promise<void> {
    const { app } = this.server;
    const { seed, traffic, hasControl, dialects } = this.parts;
    this.seeded = await applySeed({ app, issuer: this.issuer, dialects, first: this.account }, seed);
    this.snapshot = MemorySnapshot.take(app.get(Connection).dataSource, app.get(Transactor));
    const verify = app.get(VerifyListener);
    const own = hasControl ? controlRoutes(this) : () => false;
    traffic.standBefore(app.getHttpServer(), own, (request) => verify.covers(request));
  }
}
