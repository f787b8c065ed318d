/**
 * The ways in which the server of a suite is started: standalone, or mounted in a host application that uses everything
 * a host could have. TEST_MOUNT selects the mount for each engine; by default, a run uses both.
 */
import type { AppOverrides } from '../../src/standalone/app.module.js';
import type { Config } from '../../src/config/index.js';
import {
  AccessEdgeModule,
  CanvusModule,
  CloudflareModule,
  Clock,
  CrmModule,
  DataPlaneModule,
  Bootstrap,
  LatchkeyApiModule,
  LatchkeyModule,
} from '../../src/index.js';
import type { Engine } from '../../src/persistence/index.js';
import { createServer, bootstrapOptions, type Server } from '../../src/standalone/server.js';
import { PRODUCT_VERSION } from '../../src/version.js';
import { closeLater } from './closing.js';
import { ARTICLES, asShop, shopDatabase, startHost } from './shop.js';
import { TypeOrmModule } from '@nestjs/typeorm';

/** Listens, and has made its first start. */
export interface Mounted {
  readonly app: Server['app'];
  /** The prefix of `/client/v4`, `/crmapi/rest/v2`, `/api/v1`, `/latchkey/v1`, `/verify` and `/oauth2`. */
  readonly basePath: string;
  /** Methods that a host answers itself on every path, because its CORS is enabled. */
  readonly methodsOfHost: readonly string[];
  readonly stop: () => Promise<void>;
}

export type MountName = 'standalone' | 'mounted';

const RUNS: Record<string, Record<Engine, MountName>> = {
  default: { sqlite: 'standalone', postgres: 'mounted' },
  swapped: { sqlite: 'mounted', postgres: 'standalone' },
  standalone: { sqlite: 'standalone', postgres: 'standalone' },
  mounted: { sqlite: 'mounted', postgres: 'mounted' },
};

/** How this run starts the servers of an engine. */
export function mountOf(engine: Engine): MountName {
  const { TEST_MOUNT: name = 'default' } = process.env;
  const run = RUNS[name];
  if (!run) throw new Error(`TEST_MOUNT is "${name}"; give one of: ${Object.keys(RUNS).join(', ')}`);
  return run[engine];
}

export const MOUNTS: Record<MountName, (config: Config, overrides: AppOverrides) => Promise<Mounted>> = {
  standalone,
  mounted,
};

async function standalone(config: Config, overrides: AppOverrides): Promise<Mounted> {
  const server = await createServer(config, overrides);
  const stop = closeLater(() => server.stop());
  await server.start();
  return { app: server.app, basePath: '', methodsOfHost: [], stop };
}

async function mounted(config: Config, { clock, cleanup }: AppOverrides): Promise<Mounted> {
  const { address, poolSize, leaseSeconds, checkpointSeconds, writesWaiting, lookupsWaiting } = config.database;
  const { credentials, ...cloudflare } = config.dialects.cloudflare;
  const { bcryptCost, ...passwords } = config.passwords;
  const latchkey = LatchkeyModule.forRoot({
    bcryptCost,
    passwords,
    credentialCache: config.credentialCache,
    lastUse: config.lastUse,
    longLists: config.longLists,
    credentials: { cloudflare: credentials },
    loginThrottle: config.loginThrottle,
    userTokens: config.userTokens,
    names: config.names,
    rights: config.rights,
    leaseSeconds,
    checkpointSeconds,
    writesWaiting,
    lookupsWaiting,
    cleanup: { ...config.cleanup, ...cleanup },
    requests: config.requests,
    applications: config.applications,
    assertions: config.assertions,
    providers: clock ? [{ provide: Clock, useValue: clock }] : [],
  });
  const imports = [latchkey];
  const host = await startHost(
    {
      imports: [
        TypeOrmModule.forRoot(shopDatabase(address, poolSize)),
        latchkey,
        DataPlaneModule.forRoot({ ...config.dataPlane, path: 'tokens', imports }),
        CloudflareModule.forRoot({ path: '/tokens/client/v4/', ...cloudflare, imports }),
        AccessEdgeModule.forRoot({ path: '/tokens/cdn-cgi/access', imports }),
        CrmModule.forRoot({ path: 'tokens/crmapi/rest/v2', ...config.dialects.crm, imports }),
        CanvusModule.forRoot({
          path: '/tokens/api/v1',
          ...config.dialects.canvus,
          productVersion: `latchkey-${PRODUCT_VERSION}`,
          imports,
        }),
        LatchkeyApiModule.forRoot({ path: '/tokens/latchkey/v1', ...config.dialects.latchkey, imports }),
        ...ARTICLES.imports,
      ],
      controllers: ARTICLES.controllers,
    },
    (app) => {
      asShop(app);
      app.set('trust proxy', config.server.trustProxy);
    },
  );
  await host.app.get(Bootstrap).run(bootstrapOptions(config));
  return { app: host.app, basePath: '/shop/tokens', methodsOfHost: ['OPTIONS'], stop: host.close };
}
