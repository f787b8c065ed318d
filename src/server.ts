/** The standalone server: created from a configuration, and started and stopped by its creator. */
import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Application, RequestHandler } from 'express';
import helmet from 'helmet';
import { AppModule, type AppOverrides } from './app.module.js';
import type { Config, DialectSettings } from './config/index.js';
import { Secret, type Schema } from './core/index.js';
import type { Dialect, FirstAccess, FirstCall, ServedDialect } from './dialect-kit/index.js';
import { DIALECTS } from './dialects.js';
import { mountDocs } from './docs.js';
import { VerifyListener, VerifyServer } from './data-plane/index.js';
import {
  MountContext,
  answerUnreadableRequests,
  checkAllDeclared,
  delayContinue,
  limitConnections,
  plainRequests,
  refuseRepeatedHosts,
  trackRequests,
} from './http/index.js';
import { Bootstrap, FirstStartError, type BootstrapResult, type BootstrapOptions } from './identity/index.js';
import { FIRST_START_SETTINGS } from './identity/identity.settings.js';
import { stopAccepting } from './internals/index.js';
import { NestLog, StandaloneErrorFilter, connectionShares, createLog, requestLog } from './operations/index.js';
import { ClaimedError, describeAddress, openClaimed, reasonOf, type ClaimedDatabase } from './persistence/index.js';
import { schemaOf } from './schema.js';
import { unknownVariableWarning } from './settings/index.js';
import { StandaloneAdapter, timeouts } from './standalone-adapter.js';

const logger = new Logger('Server');

/** The server cannot start; the message says how to fix it. */
export class StartError extends Error {}

/** After shutdown begins, requests in progress get this long; then their connections are closed. */
const GRACE_MS = 5000;

/** After shutdown begins, idle connections stay open this long so that requests in flight still get an answer. */
const DRAIN_MS = 1000;

/** The standalone server. */
export class Server {
  private readonly verify: VerifyServer;

  constructor(
    readonly app: NestExpressApplication,
    private readonly config: Config<DialectSettings>,
    private readonly dialects: readonly Dialect[],
    private readonly served: readonly ServedDialect[],
    private readonly claim: ClaimedDatabase['claim'],
  ) {
    this.verify = app.get(VerifyServer);
  }

  /** The port of the second listener for `/verify`; `undefined` without one. */
  get verifyPort(): number | undefined {
    return this.verify.port;
  }

  /**
   * Listens, and on an empty database then creates the first administrator. The order matters: the credentials are only
   * created once the server runs and can show them.
   * @returns what the first start created, `null` on later starts
   * @throws StartError
   */
  async start(): Promise<BootstrapResult | null> {
    const [bootstrap, options] = [this.app.get(Bootstrap), bootstrapOptions(this.config)];
    await bootstrap.check(options).catch((error: unknown) => {
      throw firstStartError(error);
    });
    await this.listen();
    return bootstrap.run(options);
  }

  /** Stops accepting, ends streams, finishes requests in progress and closes their connections, closes the database. */
  async stop(): Promise<void> {
    const listeners = [this.app.getHttpServer(), this.verify.http];
    for (const http of listeners) {
      // Node then answers `Connection: close`.
      http.prependListener('request', (_request: IncomingMessage, response: ServerResponse) => {
        response.shouldKeepAlive = false;
      });
    }
    setTimeout(() => {
      for (const http of listeners) http.closeAllConnections();
    }, GRACE_MS).unref();
    for (const { beforeStop } of this.served) beforeStop?.(this.app);
    await Promise.all(listeners.map(drain));
    await this.app.close();
    this.claim?.release();
  }

  /** The first command to try for each dialect. */
  firstCalls(access: FirstAccess, baseUrl: string): FirstCall[] {
    return this.dialects.flatMap(({ firstCall }) => firstCall?.(access, baseUrl) ?? []);
  }

  private async listen(): Promise<void> {
    const { server, database, dataPlane } = this.config;
    const wanted = { main: server.maxConnections, verify: dataPlane.port === undefined ? 0 : dataPlane.maxConnections };
    const { main, verify, warning } = connectionShares(wanted, database.poolSize);
    if (warning !== undefined) logger.warn(warning);
    limitConnections(this.app.getHttpServer(), { resource: 'connections', max: main, setting: 'MAX_CONNECTIONS' });
    const { host, port } = server;
    await listening('', host, port, () => this.app.listen(port, host));
    const { port: verifyPort, host: verifyHost = host } = dataPlane;
    if (verifyPort === undefined) return;
    Object.assign(this.verify.http, timeouts(server));
    const options = { port: verifyPort, host: verifyHost, maxConnections: verify };
    await listening('VERIFY_', verifyHost, verifyPort, () => this.verify.listen(options));
  }
}

/**
 * Opens the database and creates a server that does not listen yet.
 * @throws StartError, or any other error that prevents the start; nothing is left open then
 */
export async function createServer(config: Config<DialectSettings>, overrides: AppOverrides = {}): Promise<Server> {
  const { dialects = DIALECTS } = overrides;
  const log = createLog(config.log);
  for (const variable of config.unknownVariables) log.warn(unknownVariableWarning(variable));
  const { dataSource, claim } = await openedDatabase(config, schemaOf(dialects));
  const app = await NestFactory.create<NestExpressApplication>(
    AppModule.forRoot(config, dataSource, overrides),
    new StandaloneAdapter(config.server),
    // Each dialect parses its own request bodies.
    { logger: new NestLog(log), abortOnError: false, bodyParser: false },
  );
  const served = await Promise.all(dialects.map((dialect) => dialect.load()));
  const server = new Server(app, config, dialects, served, claim);
  try {
    app.set('trust proxy', config.server.trustProxy);
    app.disable('x-powered-by');
    app.set('etag', false);
    app.useGlobalFilters(new StandaloneErrorFilter());
    const { bodies } = app.get(MountContext);
    app.use(trackRequests(null), requestLog(log, config.log), securityHeaders(), plainRequests(bodies));
    await mountDocs(app, dialects, config.server.docs);
    await app.init();
    checkAllDeclared(app.getHttpAdapter().getInstance() as Application);
    strictHttp(app);
    return server;
  } catch (error) {
    await app.close();
    claim?.release();
    throw error;
  }
}

/** Requests that no route can understand are answered on the HTTP server itself. */
function strictHttp(app: NestExpressApplication): void {
  const [http, verify] = [app.getHttpServer(), app.get(VerifyListener)];
  answerUnreadableRequests(http);
  refuseRepeatedHosts(http);
  delayContinue(http, (request) => verify.covers(request));
}

/**
 * Stops accepting, and gives clients a moment to receive their answers. `http.Server.close` would also close
 * connections that look idle but on which an unread request has already arrived.
 */
async function drain(http: HttpServer): Promise<void> {
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

async function openedDatabase({ database }: Pick<Config, 'database'>, schema: Schema): Promise<ClaimedDatabase> {
  const { address, poolSize } = database;
  try {
    return await openClaimed(address, poolSize, schema);
  } catch (error) {
    if (error instanceof ClaimedError) throw new StartError(error.message);
    throw new StartError(
      `DATABASE_URL is ${describeAddress(address)}, which cannot be used (${reasonOf(error)}): ` +
        'check the address and the database, or set another DATABASE_URL.',
    );
  }
}

/** Names the variables that were given. */
function firstStartError(error: unknown): unknown {
  if (!(error instanceof FirstStartError)) return error;
  const { settings } = FIRST_START_SETTINGS;
  const problems = error.problems.map(({ option, problem }) => `${String(settings[option].env)} ${problem}`);
  return new StartError(`${problems.join('. ')}.`);
}

/**
 * @param prefix - of the variables that set host and port
 * @throws StartError
 */
async function listening(prefix: string, host: string, port: number, listen: () => Promise<unknown>): Promise<void> {
  try {
    await listen();
  } catch (error) {
    throw listenError(error, prefix, host, port);
  }
}

function listenError(error: unknown, prefix: string, host: string, port: number): unknown {
  const [portName, hostName] = [`${prefix}PORT`, `${prefix}HOST`];
  switch ((error as { code?: string }).code) {
    case 'EADDRINUSE':
      return new StartError(
        `${portName} ${String(port)} is already in use by another program: set another ${portName}, or stop that program.`,
      );
    case 'EACCES':
      return new StartError(
        `${portName} ${String(port)} is reserved for privileged users: set a ${portName} above 1023.`,
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new StartError(
        `${hostName} is ${host}, which is not an address of this machine: set 127.0.0.1, 0.0.0.0 or one of its addresses.`,
      );
    default:
      return error;
  }
}

/** Helmet's headers, except those that only make sense where TLS ends, which the proxy has to set. */
function securityHeaders(): RequestHandler {
  return helmet({
    strictTransportSecurity: false,
    contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
  });
}
