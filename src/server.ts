/** The standalone server as a value: created from a configuration, listened to and closed by whoever created it. */
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import helmet from 'helmet';
import { AppModule, type AppOverrides } from './app.module.js';
import type { Config } from './config/index.js';
import { Secret } from './core/index.js';
import { mountDocs } from './docs.js';
import { FirstStart, type FirstStartResult, type FirstStartWishes } from './identity/index.js';
import { NestLog, createLog, requestLog } from './operations/index.js';

export interface Server {
  readonly app: NestExpressApplication;
  /** What the first start made, `null` at every later one. */
  readonly firstStart: FirstStartResult | null;
}

/** @throws whatever keeps the server from starting; nothing is left open then */
export async function createServer(config: Config, overrides: AppOverrides = {}): Promise<Server> {
  const log = createLog(config.log);
  const app = await NestFactory.create<NestExpressApplication>(AppModule.forRoot(config, overrides), {
    logger: new NestLog(log),
    abortOnError: false,
    // Each dialect reads its own bodies.
    bodyParser: false,
  });
  try {
    app.set('trust proxy', config.server.trustProxy);
    app.disable('x-powered-by');
    app.set('etag', false);
    app.use(requestLog(log), securityHeaders());
    mountDocs(app);
    await app.init();
    const firstStart = await app.get(FirstStart).run(firstStartWishes(config));
    return { app, firstStart };
  } catch (error) {
    await app.close();
    throw error;
  }
}

/** What the configuration gives for the first start, the secrets wrapped. */
export function firstStartWishes({ firstStart }: Config): FirstStartWishes {
  const { adminPassword, adminToken, ...others } = firstStart;
  return {
    ...others,
    adminPassword: adminPassword === undefined ? undefined : new Secret(adminPassword),
    adminToken: adminToken === undefined ? undefined : new Secret(adminToken),
  };
}

/** Helmet's, without those that only make sense where TLS ends: that is the proxy's place. */
function securityHeaders(): ReturnType<typeof helmet> {
  return helmet({
    strictTransportSecurity: false,
    contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
  });
}
