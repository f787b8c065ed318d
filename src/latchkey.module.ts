/** Core and identity as one module over a TypeORM connection: what every dialect and the data plane stand on. */
import { Module, type DynamicModule } from '@nestjs/common';
import { DataSource } from 'typeorm';
import {
  ActorCheck,
  CORE_OPTIONS,
  CORE_PROVIDERS,
  Clock,
  SystemClock,
  Transactor,
  UserDirectory,
  type CoreOptions,
} from './core/index.js';
import {
  IDENTITY_OPTIONS,
  IDENTITY_PROVIDERS,
  LocalActorCheck,
  LocalUserDirectory,
  type IdentityOptions,
} from './identity/index.js';
import { transactorFor } from './persistence/index.js';

export interface LatchkeyOptions extends CoreOptions, IdentityOptions {
  /** Tells the time instead of the machine's clock. */
  readonly clock?: Clock;
}

const EXPORTED = [...CORE_PROVIDERS, ...IDENTITY_PROVIDERS, Clock, Transactor, UserDirectory];

@Module({})
export class LatchkeyModule {
  /** Needs a `DataSource` that holds our entities; pass the returned module to the dialects as their import. */
  static forRoot({ clock = new SystemClock(), ...options }: LatchkeyOptions): DynamicModule {
    return {
      module: LatchkeyModule,
      providers: [
        ...CORE_PROVIDERS,
        ...IDENTITY_PROVIDERS,
        { provide: CORE_OPTIONS, useValue: options },
        { provide: IDENTITY_OPTIONS, useValue: options },
        { provide: Clock, useValue: clock },
        { provide: Transactor, useFactory: transactorFor, inject: [DataSource] },
        { provide: UserDirectory, useClass: LocalUserDirectory },
        { provide: ActorCheck, useClass: LocalActorCheck },
      ],
      exports: EXPORTED,
    };
  }
}
