/** The standalone server: it is started and stopped by its creator, and says what it does. */
import type { IncomingMessage, RequestListener, Server as HttpServer, ServerResponse } from 'node:http';
import type { Server as TlsServer } from 'node:tls';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Logger } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Config, DialectSettings } from '../config/index.js';
import { HealthChecks, Secret } from '../core/index.js';
import { VerifyListener, VerifyServer } from '../data-plane/index.js';
import type { Dialect, FirstAccess, FirstCall, ServedDialect } from '../dialect-kit/index.js';
import type { FrontServer } from './front-server.js';
import { StrictHeads, limitConnections } from '../http/index.js';
import {
  Bootstrap,
  FirstStartError,
  type BootstrapOptions,
  type BootstrapResult,
  type DeliverCredentials,
} from '../identity/index.js';
import { FIRST_START_SETTINGS } from '../identity/identity.settings.js';
import { stopAccepting } from '../internals/index.js';
import { connectionShares } from '../operations/index.js';
import { describeAddress, instanceCount, type ClaimedDatabase } from '../persistence/index.js';
import { StartError, listening } from './start-errors.js';
import { ignoredVariables, openInClear } from './start-warnings.js';
import { LIMIT_NAMES, nodeOptions, requestLimits } from './standalone-adapter.js';
import { PRODUCT_VERSION } from '../version.js';

const logger = new Logger('Server');

/** After shutdown begins, requests in progress get this long; then their connections are closed. */
const GRACE_MS = 5000;

/** After shutdown begins, idle connections stay open this long so that requests in flight still get an answer. */
const DRAIN_MS = 1000;

/** What a server is made of. */
export interface ServerParts {
  readonly app: NestExpressApplication;
  readonly front: FrontServer;
  readonly database: ClaimedDatabase;
  readonly dialects: readonly Dialect[];
  readonly served: readonly ServedDialect[];
}

/** The standalone server. */
export interface Server {
  readonly app: NestExpressApplication;
  /** The port of the second listener for `/verify`; `undefined` without one. */
  readonly verifyPort: number | undefined;
  /** Names the database for operators, and says whether it was empty. */
  readonly database: string;
  /**
   * Listens, and on an empty database then creates the first administrator. The order matters: the credentials are only
   * created once the server runs and can show them.
   * @param deliver - hands the credentials over; if it throws, they are not created
   * @returns what the first start created, `null` on later starts
   * @throws StartError
   */
  start(deliver?: DeliverCredentials): Promise<BootstrapResult | null>;
  /** Is not ready any more, and serves on for `SHUTDOWN_DELAY_SECONDS`, so that balancers send requests elsewhere. */
  drain(): Promise<void>;
  /** Stops accepting, ends streams, finishes requests in progress and closes their connections, closes the database. */
  stop(): Promise<void>;
  /** The first command to try for each dialect. */
  firstCalls(access: FirstAccess, baseUrl: string): FirstCall[];
}

export class StandaloneServer implements Server {
  readonly app: NestExpressApplication;
  private readonly verify: VerifyServer;
  private readonly health: HealthChecks;
  /** Removes the health check that says what the server itself lacks. */
  private withdraw: (() => void) | undefined;
  private stopFollowing: () => void = () => undefined;

  constructor(
    private readonly config: Config<DialectSettings>,
    private readonly parts: ServerParts,
  ) {
    this.app = parts.app;
    this.verify = this.app.get(VerifyServer);
    this.health = this.app.get(HealthChecks);
    this.report('the server is starting');
  }

  get verifyPort(): number | undefined {
    return this.verify.port;
  }

  get database(): string {
    return `${describeAddress(this.config.database.address)}${this.parts.database.isNew ? ' (new)' : ''}`;
  }

  async start(deliver?: DeliverCredentials): Promise<BootstrapResult | null> {
    const [bootstrap, options] = [this.app.get(Bootstrap), bootstrapOptions(this.config)];
    const isNeeded = await bootstrap.check(options).catch((error: unknown) => {
      throw firstStartError(error);
    });
    if (isNeeded) this.report('the server is starting: the first administrator does not exist yet');
    await this.listen();
    const result = await bootstrap.run(options, deliver);
    this.report(null);
    if (!result) this.warnOfIgnored();
    await this.tellStarted();
    return result;
  }

  async drain(): Promise<void> {
    this.report('the server is stopping');
    const seconds = this.config.server.shutdownDelaySeconds;
    logger.log(seconds > 0 ? `stopping: serving for ${String(seconds)} s more` : 'stopping');
    await delay(seconds * 1000);
  }

  async stop(): Promise<void> {
    this.report('the server is stopping');
    this.stopFollowing();
    const listeners = [this.app.getHttpServer(), this.verify.http];
    for (const http of listeners) {
      // Node then answers `Connection: close`.
      http.prependListener('request', (_request: IncomingMessage, response: ServerResponse) => {
        response.shouldKeepAlive = false;
      });
    }
    const grace = setTimeout(() => {
      for (const http of listeners) http.closeAllConnections();
    }, GRACE_MS).unref();
    for (const { beforeStop } of this.parts.served) beforeStop?.(this.app);
    await Promise.all(listeners.map(drained));
    await this.app.close();
    clearTimeout(grace);
    this.parts.database.claim?.release();
    logger.log('Latchkey has stopped');
  }

  firstCalls(access: FirstAccess, baseUrl: string): FirstCall[] {
    return this.parts.dialects.flatMap(({ firstCall }) => firstCall?.(access, baseUrl) ?? []);
  }

  private async listen(): Promise<void> {
    const { server, database, dataPlane } = this.config;
    const wanted = { main: server.maxConnections, verify: dataPlane.port === undefined ? 0 : dataPlane.maxConnections };
    const { main, verify, warning } = connectionShares(wanted, database.poolSize);
    if (warning !== undefined) logger.warn(warning);
    const http = this.app.getHttpServer();
    limitConnections(http, { resource: 'connections', max: main, setting: 'MAX_CONNECTIONS' });
    const { host, port } = server;
    this.passRequests();
    if (!http.listening) await listening({ prefix: '', host, port }, () => this.app.listen(port, host));
    const open = openInClear(this.config);
    if (open.length > 0) logger.warn(`${open.join(', ')}: ${OPEN_IN_CLEAR}`);
    await this.listenToVerify(verify);
    this.stopFollowing = this.followTls();
  }

  /** From now on the application answers whatever neither `/verify` nor the check of the heads answers before it. */
  private passRequests(): void {
    const { front } = this.parts;
    front.pass(this.app.getHttpAdapter().getInstance() as RequestListener);
    this.app.get(VerifyListener).standBefore(front.http);
    StrictHeads.before(front.http);
  }

  private async listenToVerify(maxConnections: number): Promise<void> {
    const { server, dataPlane } = this.config;
    const { port: verifyPort, host: verifyHost = server.host } = dataPlane;
    if (verifyPort === undefined) return;
    const { tls } = this.parts.front;
    if (tls) this.verify.secure(tls.pair);
    Object.assign(this.verify.http, nodeOptions(server));
    this.verify.limit(requestLimits(server), LIMIT_NAMES);
    const options = { port: verifyPort, host: verifyHost, maxConnections };
    await listening({ prefix: 'VERIFY_', host: verifyHost, port: verifyPort }, () => this.verify.listen(options));
  }

  /** @returns how to stop */
  private followTls(): () => void {
    const { front } = this.parts;
    const servers = [front.http, this.verify.http] as unknown as TlsServer[];
    return front.tls?.follow(servers.filter((http) => 'setSecureContext' in http)) ?? (() => undefined);
  }

  private report(missing: string | null): void {
    this.withdraw?.();
    this.withdraw =
      missing === null
        ? undefined
        : this.health.register({ name: 'the server', check: () => Promise.resolve(missing) });
  }

  private warnOfIgnored(): void {
    const names = ignoredVariables(this.config.firstStart);
    if (names.length === 0) return;
    const are = names.length === 1 ? 'is' : 'are';
    logger.log(`${names.join(', ')} ${are} ignored: ${NOT_FIRST}`);
  }

  private async tellStarted(): Promise<void> {
    const { host } = this.config.server;
    const { front, database } = this.parts;
    const address = `${front.scheme}://${host.includes(':') ? `[${host}]` : host}:${String(front.port)}`;
    const instances = await instanceCount(database.dataSource).catch(() => undefined);
    logger.log(
      `Latchkey ${PRODUCT_VERSION} listens on ${address}, database: ${this.database}, instances: ${String(instances ?? 'unknown')}`,
    );
  }
}

const NOT_FIRST = 'this is not the first start. Change users, tokens and accounts by the API or by latchkey commands';

const OPEN_IN_CLEAR =
  'credentials travel unencrypted to an address that other machines can reach. Put a proxy with TLS in front and set ' +
  'TRUST_PROXY, or set TLS_CERT_FILE and TLS_KEY_FILE';

/**
 * Stops accepting, and gives clients a moment to receive their answers. `http.Server.close` would also close
 * connections that look idle but on which an unread request has already arrived.
 */
async function drained(http: HttpServer): Promise<void> {
  if (!http.listening) return;
  stopAccepting(http);
  const connections = promisify(http.getConnections.bind(http));
  for (let waited = 0; waited < DRAIN_MS && (await connections()) > 0; waited += 20) await delay(20);
}

/** The configured options of the first start, with the secrets wrapped. */
export function bootstrapOptions({ firstStart }: Pick<Config, 'firstStart'>): BootstrapOptions {
  const { adminPassword, adminToken, ...others } = firstStart;
  return {
    ...others,
    adminPassword: adminPassword === undefined ? undefined : new Secret(adminPassword),
    adminToken: adminToken === undefined ? undefined : new Secret(adminToken),
  };
}

/** Names the variables that were given. */
function firstStartError(error: unknown): unknown {
  if (!(error instanceof FirstStartError)) return error;
  const { settings } = FIRST_START_SETTINGS;
  const problems = error.problems.map(({ option, problem }) => `${String(settings[option].env)} ${problem}`);
  return new StartError(`${problems.join('. ')}.`);
}
