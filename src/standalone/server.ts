/** Creates the standalone server from a configuration. */
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Application, RequestHandler } from 'express';
import helmet from 'helmet';
import { AppModule, servesConsole, type AppOverrides, type ServerOverrides } from './app.module.js';
import type { Config, DialectSettings } from '../config/index.js';
import type { Schema } from '../core/index.js';
import { VerifyListener } from '../data-plane/index.js';
import { DIALECTS } from '../dialects.js';
import { mountDocs } from './docs.js';
import { FrontServer } from './front-server.js';
import {
  MountContext,
  answerUnreadableRequests,
  checkAllDeclared,
  delayContinue,
  inTurn,
  plainRequests,
  sameHeaders,
  StrictHeads,
  limitRequests,
  trackRequests,
} from '../http/index.js';
import { NestLog, createLog, requestLog } from '../operations/index.js';
import {
  UnusableDatabase,
  describeAddress,
  openClaimed,
  reasonOf,
  type ClaimedDatabase,
} from '../persistence/index.js';
import { schemaOf } from '../schema.js';
import { unknownVariableWarning } from '../settings/index.js';
import { StandaloneServer, type Server } from './standalone-server.js';
import { LIMIT_NAMES, StandaloneAdapter, requestLimits } from './standalone-adapter.js';
import { StandaloneErrorFilter } from './standalone-errors.filter.js';
import { StartError } from './start-errors.js';

export { bootstrapOptions, type Server } from './standalone-server.js';
export { StartError } from './start-errors.js';

/**
 * Opens the database and creates a server that does not listen yet.
 * @throws StartError, or any other error that prevents the start; nothing is left open then
 */
export function createServer(config: Config<DialectSettings>, overrides: AppOverrides = {}): Promise<Server> {
  return createServerBehind(FrontServer.of(config.server), config, overrides);
}

/** The same for an HTTP server that may listen already. */
export async function createServerBehind(
  front: FrontServer,
  config: Config<DialectSettings>,
  overrides: ServerOverrides = {},
): Promise<StandaloneServer> {
  const { dialects = DIALECTS } = overrides;
  const log = createLog(config.log);
  // What comes before the application is there is logged as well.
  Logger.overrideLogger(new NestLog(log));
  for (const variable of config.unknownVariables) log.warn(unknownVariableWarning(variable));
  const database = overrides.database ?? (await openedDatabase(config, schemaOf(dialects), front));
  const app = await NestFactory.create<NestExpressApplication>(
    AppModule.forRoot(config, database.dataSource, overrides),
    new StandaloneAdapter(front),
    // Each dialect parses its own request bodies.
    { logger: new NestLog(log), abortOnError: false, bodyParser: false },
  );
  const served = await Promise.all(dialects.map((dialect) => dialect.load()));
  const server = new StandaloneServer(config, { app, front, database, dialects, served });
  try {
    app.set('trust proxy', config.server.trustProxy);
    app.disable('x-powered-by');
    app.set('etag', false);
    app.useGlobalFilters(new StandaloneErrorFilter());
    const { bodies } = app.get(MountContext);
    app.use(inTurn(trackRequests(null), requestLog(log, config.log), securityHeaders(), plainRequests(bodies)));
    if (overrides.first) app.use(overrides.first);
    await mountDocs(app, dialects, config.server.docs, servesConsole(config, dialects));
    await app.init();
    checkAllDeclared(app.getHttpAdapter().getInstance() as Application);
    strictHttp(app, config);
    return server;
  } catch (error) {
    await app.close();
    database.claim?.release();
    throw error;
  }
}

async function openedDatabase(
  { database }: Pick<Config, 'database'>,
  schema: Schema,
  front: FrontServer,
): Promise<ClaimedDatabase> {
  const { address, poolSize, waitSeconds, mustExist } = database;
  const onProgress = (missing: string): void => {
    front.waitFor(missing);
  };
  try {
    return await openClaimed(address, poolSize, schema, { waitMs: waitSeconds * 1000, mustExist, onProgress });
  } catch (error) {
    if (error instanceof UnusableDatabase) throw new StartError(`${error.message}.`);
    throw new StartError(
      `DATABASE_URL is ${describeAddress(address)}, which cannot be used (${reasonOf(error)}): ` +
        'check the address and the database, or set another DATABASE_URL.',
    );
  }
}

/** Requests that no route can understand are answered on the HTTP server itself. */
function strictHttp(app: NestExpressApplication, { server }: Pick<Config, 'server'>): void {
  const [http, verify] = [app.getHttpServer(), app.get(VerifyListener)];
  limitRequests(http, requestLimits(server), LIMIT_NAMES);
  answerUnreadableRequests(http);
  // `/verify` is answered already, before the application answers the rest.
  StrictHeads.before(http);
  delayContinue(http, (request) => verify.covers(request));
}

/** Helmet's headers, except those that only make sense where TLS ends, which the proxy has to set. */
function securityHeaders(): RequestHandler {
  const set = helmet({
    strictTransportSecurity: false,
    contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
  });
  return sameHeaders(set);
}
