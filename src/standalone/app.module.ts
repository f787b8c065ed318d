/** The root module of the standalone server, which serves the configured dialects over its own connection. */
import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { RequestHandler } from 'express';
import type { DataSource } from 'typeorm';
import type { Config, DialectSettings } from '../config/index.js';
import { ConsoleModule } from '../console/index.js';
import { Clock, RunningSettings } from '../core/index.js';
import { DataPlaneModule } from '../data-plane/index.js';
import type { Dialect } from '../dialect-kit/index.js';
import { DIALECTS } from '../dialects.js';
import { latchkey } from '../dialects/latchkey/latchkey.dialect.js';
import { LatchkeyModule } from '../latchkey.module.js';
import type { LatchkeyOptions } from '../latchkey.options.js';
import type { CleanupOptions } from '../identity/index.js';
import { MonitoringModule } from '../monitoring/index.js';
import { OperationsModule } from '../operations/index.js';
import { Connection, type ClaimedDatabase } from '../persistence/index.js';
import { PRODUCT_VERSION } from '../version.js';

/** Parts of the server that a caller can replace. */
export interface AppOverrides {
  /** The dialects whose settings the configuration was loaded with. Default: all of Latchkey's own. */
  readonly dialects?: readonly Dialect[];
  readonly clock?: Clock;
  readonly cleanup?: Omit<CleanupOptions, 'auditRetentionDays'>;
}

/** What only Latchkey itself replaces. */
export interface ServerOverrides extends AppOverrides {
  /** An open database, instead of the one of the configuration. It is closed together with the application. */
  readonly database?: ClaimedDatabase;
  /** A middleware before all routes of the dialects. */
  readonly first?: RequestHandler;
}

/** All of Latchkey, for a configuration and an open database. */
@Module({})
export class AppModule {
  /** @param dataSource - open and migrated; it is closed together with the application */
  static forRoot(
    config: Config<DialectSettings>,
    dataSource: DataSource,
    { dialects = DIALECTS, clock, cleanup }: AppOverrides = {},
  ): DynamicModule {
    const configured = dialects.map((dialect) => ({ dialect, ...optionsOf(dialect, config) }));
    const foundation = LatchkeyModule.forRoot({
      dialects,
      ...sharedOptions(config),
      credentials: Object.fromEntries(
        configured.flatMap(({ dialect, credentials }) => (credentials ? [[dialect.name, credentials]] : [])),
      ),
      cleanup: { ...config.cleanup, ...cleanup },
      providers: replacements(dataSource, config, clock),
    });
    return {
      module: AppModule,
      imports: [
        TypeOrmModule.forRootAsync({
          useFactory: () => ({ ...dataSource.options, retryAttempts: 0 }),
          dataSourceFactory: () => Promise.resolve(dataSource),
        }),
        foundation,
        OperationsModule.forRoot({ imports: [foundation] }),
        MonitoringModule.forRoot({ ...config.monitoring, version: PRODUCT_VERSION, imports: [foundation] }),
        DataPlaneModule.forRoot({ ...config.dataPlane, port: undefined, imports: [foundation] }),
        ...(servesConsole(config, dialects) ? [ConsoleModule.forRoot()] : []),
        ...configured.map(async ({ dialect, options }) => {
          const { module, alongside = [] } = await dialect.load();
          const others = alongside.map((each) => each.forRoot({ imports: [foundation] }));
          return module.forRoot({ ...options, imports: [foundation, ...others] });
        }),
      ],
    };
  }
}

/** The console calls an API that a server with other dialects may not have. */
export function servesConsole({ server }: Pick<Config, 'server'>, dialects: readonly Dialect[]): boolean {
  return server.console === 'on' && dialects.includes(latchkey);
}

/** What {@link LatchkeyModule} takes as the configuration has it. */
export function sharedOptions(config: Config<DialectSettings>): LatchkeyOptions {
  const { applications, assertions, credentialCache, importedTokens, lastUse, loginThrottle, longLists, names } =
    config;
  const { requests, rights, userTokens, database } = config;
  const { bcryptCost, ...passwords } = config.passwords;
  const { answerMs, leaseSeconds, checkpointSeconds, writesWaiting, lookupsWaiting } = database;
  const lists = { credentialCache, importedTokens, lastUse, longLists, loginThrottle };
  const options = { applications, assertions, ...lists, names, requests, rights, userTokens };
  const waiting = { writesWaiting, lookupsWaiting };
  return { ...options, ...waiting, answerMs, bcryptCost, leaseSeconds, checkpointSeconds, passwords };
}

function replacements(
  dataSource: DataSource,
  { inForce }: Pick<Config, 'inForce'>,
  clock: Clock | undefined,
): Provider[] {
  const connection = { provide: Connection, useValue: Connection.of(dataSource) };
  const settings = { provide: RunningSettings, useValue: new RunningSettings(inForce) };
  return [connection, settings, ...(clock ? [{ provide: Clock, useValue: clock }] : [])];
}

interface DialectOptions {
  /** Options of the dialect's module. */
  readonly options: object;
  /** Options of its credential forms. */
  readonly credentials: object | undefined;
}

function optionsOf({ name, serverOptions }: Dialect, config: Config<DialectSettings>): DialectOptions {
  const { credentials, ...options } = (config.dialects[name] ?? {}) as Readonly<Record<string, unknown>>;
  const server = serverOptions?.({ productVersion: `latchkey-${PRODUCT_VERSION}` });
  return { options: { ...options, ...server }, credentials: credentials as object | undefined };
}
