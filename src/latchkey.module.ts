/** The module that provides core and identity, which every dialect and the data plane import. */
import { ConfigurableModuleBuilder, Inject, Module, type OnModuleInit, type Provider } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { APPLICATION_PROVIDERS } from './applications/index.js';
import { ASSERTION_PROVIDERS, AssertionForms } from './assertions/index.js';
import {
  ActorCheck,
  AuditSink,
  CORE_PROVIDERS,
  ChangeCheck,
  ChangeRelay,
  Clock,
  CredentialForms,
  DatabaseAuditSink,
  EventBus,
  FailureCounters,
  HealthChecks,
  HostTransactions,
  RunningSettings,
  ServerDatabase,
  SystemClock,
  TokenLookup,
  Transactor,
  UserDirectory,
} from './core/index.js';
import {
  AccountExtensions,
  AdministratorCheck,
  IDENTITY_PROVIDERS,
  LocalActorCheck,
  LocalUserDirectory,
} from './identity/index.js';
import type { Dialect } from './dialect-kit/index.js';
import { DIALECTS } from './dialects.js';
import { LATCHKEY, MountContext, withCheckedOptions } from './http/index.js';
import { MANAGING_PROVIDERS } from './managing/index.js';
import { LatchkeyHealthIndicator } from './latchkey-health.js';
import { KNOWN_DIALECTS, changeClassesOf, dialectProviders } from './latchkey.dialect-providers.js';
import { optionProviders } from './latchkey.option-providers.js';
import {
  EXTRAS,
  latchkeySettings,
  type LatchkeyExtras,
  type LatchkeyOptions,
  type LatchkeyValues,
} from './latchkey.options.js';
import {
  checkpointsFor,
  Connection,
  databaseChecks,
  failureCountersFor,
  OpenServerDatabase,
  relayFor,
  SharedTransactions,
  tokenLookupFor,
  transactorFor,
  type HostConnection,
} from './persistence/index.js';
import { schemaOf } from './schema.js';

/** Injection token of what writes SQLite's log back; `null` where nothing does. */
export const CHECKPOINTS = Symbol('latchkey:checkpoints');
const HOST_CONNECTION = Symbol('latchkey:host-connection');

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: LATCHKEY_OPTIONS } =
  new ConfigurableModuleBuilder<LatchkeyOptions>({ moduleName: 'Latchkey' })
    .setClassMethodName('forRoot')
    .setExtras<LatchkeyExtras>(
      EXTRAS,
      (unchecked, { connectionName, dialects = DIALECTS, imports = [], providers = [] }) => {
        const definition = withCheckedOptions(unchecked, latchkeySettings(dialects));
        return {
          ...definition,
          imports: [...(definition.imports ?? []), ...imports],
          providers: [
            ...(definition.providers ?? []),
            {
              provide: HOST_CONNECTION,
              useFactory: (modules: ModulesContainer, host?: DataSource): HostConnection => ({
                host,
                wanted: connectionName,
                known: connectionNames(modules),
              }),
              inject: [ModulesContainer, { token: getDataSourceToken(connectionName), optional: true }],
            },
            { provide: LATCHKEY, useValue: true },
            { provide: KNOWN_DIALECTS, useValue: dialects },
            // Later providers replace earlier ones.
            ...REPLACEABLE,
            ...providers,
          ],
        };
      },
    )
    .build();

const REPLACEABLE: Provider[] = [
  { provide: Clock, useClass: SystemClock },
  { provide: RunningSettings, useValue: new RunningSettings() },
  { provide: AuditSink, useClass: DatabaseAuditSink },
  { provide: UserDirectory, useClass: LocalUserDirectory },
];

/**
 * Needs a database: the host's TypeORM connection, whose `entities` and `migrations` include `ENTITIES` and
 * `MIGRATIONS`, or a database of its own (`database`). Keep the result of `forRoot` or `forRootAsync` in a constant: the
 * dialects and the data plane import it.
 */
@Module({
  providers: [
    ...CORE_PROVIDERS,
    ...IDENTITY_PROVIDERS,
    ...APPLICATION_PROVIDERS,
    ...ASSERTION_PROVIDERS,
    ...MANAGING_PROVIDERS,
    {
      provide: Connection,
      useFactory: ({ database }: LatchkeyValues, dialects: readonly Dialect[], host: HostConnection) =>
        Connection.open(database, host, schemaOf(dialects)),
      inject: [LATCHKEY_OPTIONS, KNOWN_DIALECTS, HOST_CONNECTION],
    },
    ...optionProviders(LATCHKEY_OPTIONS),
    ...dialectProviders(LATCHKEY_OPTIONS),
    MountContext,
    LatchkeyHealthIndicator,
    {
      provide: Transactor,
      useFactory: ({ dataSource }: Connection, options: LatchkeyValues) => transactorFor(dataSource, options),
      inject: [Connection, LATCHKEY_OPTIONS],
    },
    {
      provide: ChangeRelay,
      useFactory: (
        { dataSource }: Connection,
        events: EventBus,
        dialects: readonly Dialect[],
        { answerMs, leaseSeconds }: LatchkeyValues,
      ) => relayFor(dataSource, events, { answerMs, leaseSeconds, changeClasses: changeClassesOf(dialects) }),
      inject: [Connection, EventBus, KNOWN_DIALECTS, LATCHKEY_OPTIONS],
    },
    {
      provide: HostTransactions,
      useFactory: ({ host }: Connection, transactor: Transactor, relay: ChangeRelay) =>
        new SharedTransactions(host, transactor, relay),
      inject: [Connection, Transactor, ChangeRelay],
    },
    {
      provide: ServerDatabase,
      useFactory: ({ dataSource }: Connection, relay: ChangeRelay, clock: Clock) =>
        new OpenServerDatabase(dataSource, relay, clock),
      inject: [Connection, ChangeRelay, Clock],
    },
    {
      provide: TokenLookup,
      useFactory: ({ dataSource }: Connection, transactor: Transactor, options: LatchkeyValues) =>
        tokenLookupFor(dataSource, transactor, options),
      inject: [Connection, Transactor, LATCHKEY_OPTIONS],
    },
    {
      provide: CHECKPOINTS,
      useFactory: ({ dataSource }: Connection, transactor: Transactor, { checkpointSeconds }: LatchkeyValues) =>
        checkpointsFor(dataSource, transactor, checkpointSeconds) ?? null,
      inject: [Connection, Transactor, LATCHKEY_OPTIONS],
    },
    {
      provide: FailureCounters,
      useFactory: (transactor: Transactor, clock: Clock, { loginThrottle }: LatchkeyValues) =>
        failureCountersFor(transactor, clock, loginThrottle.countersInMemory),
      inject: [Transactor, Clock, LATCHKEY_OPTIONS],
    },
    { provide: ActorCheck, useClass: LocalActorCheck },
    { provide: ChangeCheck, useClass: AdministratorCheck },
  ],
  exports: [
    LATCHKEY,
    ...CORE_PROVIDERS,
    ...IDENTITY_PROVIDERS,
    ...APPLICATION_PROVIDERS,
    ...ASSERTION_PROVIDERS,
    ...MANAGING_PROVIDERS,
    AssertionForms,
    AuditSink,
    ChangeRelay,
    Clock,
    AccountExtensions,
    Connection,
    LatchkeyHealthIndicator,
    CredentialForms,
    HostTransactions,
    MountContext,
    RunningSettings,
    ServerDatabase,
    Transactor,
    UserDirectory,
  ],
})
export class LatchkeyModule extends ConfigurableModuleClass implements OnModuleInit {
  constructor(
    private readonly connection: Connection,
    private readonly modules: ModulesContainer,
    private readonly health: HealthChecks,
    private readonly transactor: Transactor,
    @Inject(LATCHKEY_OPTIONS) private readonly options: LatchkeyValues,
  ) {
    super();
  }

  /** @throws ConnectionError for a second such module over the same database: neither would learn of the other's changes */
  onModuleInit(): void {
    for (const { metatype, providers } of this.modules.values()) {
      if (metatype !== LatchkeyModule) continue;
      const other = providers.get(Connection)?.instance as Connection | undefined;
      if (other) this.connection.checkBeside(other);
    }
    const { answerMs } = this.options;
    for (const check of databaseChecks(this.connection.dataSource, this.transactor, answerMs))
      this.health.register(check);
  }
}

/** The names of the TypeORM connections of a host, by which `@nestjs/typeorm` provides them. */
function connectionNames(modules: ModulesContainer): string[] {
  const suffix = String(getDataSourceToken(''));
  const tokens = [...modules.values()].flatMap(({ providers }) => [...providers.keys()]);
  const names = tokens.flatMap((token) =>
    typeof token === 'string' && token.endsWith(suffix) ? [token.slice(0, -suffix.length)] : [],
  );
  return [...new Set(names)];
}
