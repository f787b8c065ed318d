/** Core and identity as one module over a TypeORM connection: what every dialect and the data plane stand on. */
import { Module, type DynamicModule } from '@nestjs/common';
import { DataSource } from 'typeorm';
import {
  ActorCheck,
  CORE_OPTIONS,
  CORE_PROVIDERS,
  ChangeRelay,
  Clock,
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
} from './identity/index.js';
import { relayFor, tokenLookupFor, transactorFor } from './persistence/index.js';

export interface LatchkeyOptions extends CoreOptions, IdentityOptions {
  /** Tells the time instead of the machine's clock. */
  readonly clock?: Clock;
  /**
   * How long, in seconds, an instance that was lost delays a revocation at the most; 2 unless given. Only with
   * PostgreSQL. The same for all instances of one database.
   */
  readonly leaseSeconds?: number;
}

const EXPORTED = [...CORE_PROVIDERS, ...IDENTITY_PROVIDERS, Clock, Transactor, UserDirectory];

@Module({})
export class LatchkeyModule {
  /** Needs a `DataSource` that holds our entities; pass the returned module to the dialects as their import. */
  static forRoot({ clock = new SystemClock(), leaseSeconds = 2, ...options }: LatchkeyOptions): DynamicModule {
    const relayOptions = { leaseSeconds, changeClasses: { ...TOKEN_CHANGES, ...IDENTITY_CHANGES } };
    return {
      module: LatchkeyModule,
      providers: [
        ...CORE_PROVIDERS,
        ...IDENTITY_PROVIDERS,
        { provide: CORE_OPTIONS, useValue: options },
        { provide: IDENTITY_OPTIONS, useValue: options },
        { provide: Clock, useValue: clock },
        { provide: Transactor, useFactory: transactorFor, inject: [DataSource] },
        {
          provide: ChangeRelay,
          useFactory: (dataSource: DataSource, events: EventBus) => relayFor(dataSource, events, relayOptions),
          inject: [DataSource, EventBus],
        },
        { provide: TokenLookup, useFactory: tokenLookupFor, inject: [DataSource, Transactor] },
        { provide: UserDirectory, useClass: LocalUserDirectory },
        { provide: ActorCheck, useClass: LocalActorCheck },
      ],
      exports: EXPORTED,
    };
  }
}
