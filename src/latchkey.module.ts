/** Core and identity as one module: what every dialect and the data plane stand on. */
import { ConfigurableModuleBuilder, Module, type ModuleMetadata, type Provider } from '@nestjs/common';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import {
  ActorCheck,
  AuditSink,
  CORE_OPTIONS,
  CORE_PROVIDERS,
  ChangeRelay,
  Clock,
  DatabaseAuditSink,
  EventBus,
  SystemClock,
  TOKEN_CHANGES,
  TokenLookup,
  Transactor,
  UserDirectory,
  type CoreOptions,
} from './core/index.js';
import {
  IDENTITY_CHANGES,
  IDENTITY_OPTIONS,
  IDENTITY_PROVIDERS,
  LocalActorCheck,
  LocalUserDirectory,
  type IdentityOptions,
  type LoginThrottleOptions,
} from './identity/index.js';
import { Connection, relayFor, tokenLookupFor, transactorFor, type DatabaseAddress } from './persistence/index.js';

/** What a host decides; all of it optional. */
export interface LatchkeyOptions extends Partial<Pick<CoreOptions, 'bcryptCost' | 'credentialCache'>> {
  /**
   * A database of Latchkey's own, which it opens, migrates and closes: an SQLite file (`:memory:` for none) or the URL
   * of a PostgreSQL. Without it, the host's TypeORM connection is used.
   */
  readonly database?: DatabaseAddress;
  /** When somebody who fails to log in has to wait; 10 failures an address, 100 a network, in 15 minutes. */
  readonly loginThrottle?: LoginThrottleOptions;
  /**
   * How long, in seconds, an instance that was lost delays a revocation at the most; 2 unless given. Only with
   * PostgreSQL. The same for all instances of one database.
   */
  readonly leaseSeconds?: number;
}

/** What is fixed when the module is imported. */
export interface LatchkeyExtras {
  /** Name of the host's TypeORM connection, where it is not the default one. */
  connectionName?: string;
  /** Modules that provide what {@link LatchkeyExtras.providers} need. */
  imports?: NonNullable<ModuleMetadata['imports']>;
  /** Parts put in place of ours: `{ provide: UserDirectory, … }`, `Clock`, `AuditSink`. */
  providers?: Provider[];
}

const DEFAULTS = {
  bcryptCost: 12,
  loginThrottle: { failuresPerAccount: 10, failuresPerAddress: 100, windowSeconds: 900 },
};

const HOST_CONNECTION = Symbol('latchkey:host-connection');

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: LATCHKEY_OPTIONS } =
  new ConfigurableModuleBuilder<LatchkeyOptions>({ moduleName: 'Latchkey' })
    .setClassMethodName('forRoot')
    .setExtras<LatchkeyExtras>({}, (definition, { connectionName, imports = [], providers = [] }) => ({
      ...definition,
      imports: [...(definition.imports ?? []), ...imports],
      providers: [
        ...(definition.providers ?? []),
        {
          provide: HOST_CONNECTION,
          useFactory: (dataSource?: DataSource) => dataSource,
          inject: [{ token: getDataSourceToken(connectionName), optional: true }],
        },
        // What comes later replaces what came before.
        ...REPLACEABLE,
        ...providers,
      ],
    }))
    .build();

const REPLACEABLE: Provider[] = [
  { provide: Clock, useClass: SystemClock },
  { provide: AuditSink, useClass: DatabaseAuditSink },
  { provide: UserDirectory, useClass: LocalUserDirectory },
];

/**
 * Needs a database: the host's TypeORM connection, whose `entities` and `migrations` include `ENTITIES` and
 * `MIGRATIONS`, or one of its own (`database`). Keep what `forRoot` or `forRootAsync` returns in a constant: the
 * dialects and the data plane take it as their import.
 */
@Module({
  providers: [
    ...CORE_PROVIDERS,
    ...IDENTITY_PROVIDERS,
    {
      provide: Connection,
      useFactory: ({ database }: LatchkeyOptions, host?: DataSource) => Connection.open(database, host),
      inject: [LATCHKEY_OPTIONS, { token: HOST_CONNECTION, optional: true }],
    },
    {
      provide: CORE_OPTIONS,
      useFactory: (options: LatchkeyOptions): CoreOptions => ({ ...DEFAULTS, ...options }),
      inject: [LATCHKEY_OPTIONS],
    },
    {
      provide: IDENTITY_OPTIONS,
      useFactory: (options: LatchkeyOptions): IdentityOptions => ({ ...DEFAULTS, ...options }),
      inject: [LATCHKEY_OPTIONS],
    },
    {
      provide: Transactor,
      useFactory: ({ dataSource }: Connection) => transactorFor(dataSource),
      inject: [Connection],
    },
    {
      provide: ChangeRelay,
      useFactory: ({ dataSource }: Connection, events: EventBus, { leaseSeconds = 2 }: LatchkeyOptions) =>
        relayFor(dataSource, events, { leaseSeconds, changeClasses: { ...TOKEN_CHANGES, ...IDENTITY_CHANGES } }),
      inject: [Connection, EventBus, LATCHKEY_OPTIONS],
    },
    {
      provide: TokenLookup,
      useFactory: ({ dataSource }: Connection, transactor: Transactor) => tokenLookupFor(dataSource, transactor),
      inject: [Connection, Transactor],
    },
    { provide: ActorCheck, useClass: LocalActorCheck },
  ],
  exports: [
    ...CORE_PROVIDERS,
    ...IDENTITY_PROVIDERS,
    AuditSink,
    ChangeRelay,
    Clock,
    Connection,
    Transactor,
    UserDirectory,
  ],
})
export class LatchkeyModule extends ConfigurableModuleClass {}
