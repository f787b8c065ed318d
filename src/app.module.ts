/** The standalone application: the one place that names every dialect, and owns configuration and connection. */
import { Module, type DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { Config } from './config/index.js';
import { Clock } from './core/index.js';
import { DataPlaneModule } from './data-plane/index.js';
import { CanvusModule } from './dialects/canvus/index.js';
import { CloudflareModule } from './dialects/cloudflare/index.js';
import { CrmModule } from './dialects/crm/index.js';
import { LatchkeyModule } from './latchkey.module.js';
import type { CleanupOptions } from './identity/index.js';
import { OperationsModule } from './operations/index.js';
import { Connection } from './persistence/index.js';
import { PRODUCT_VERSION } from './version.js';

/** What a test may put in place of the real thing. */
export interface AppOverrides {
  readonly clock?: Clock;
  readonly cleanup?: Omit<CleanupOptions, 'auditRetentionDays'>;
}

/** All of Latchkey, from a configuration and an open database. */
@Module({})
export class AppModule {
  /** @param dataSource - open and migrated; closed with the application */
  static forRoot(config: Config, dataSource: DataSource, { clock, cleanup }: AppOverrides = {}): DynamicModule {
    const { credentials, ...cloudflare } = config.dialects.cloudflare;
    const latchkey = LatchkeyModule.forRoot({
      bcryptCost: config.passwords.bcryptCost,
      credentialCache: config.credentialCache,
      credentials: { cloudflare: credentials },
      loginThrottle: config.loginThrottle,
      leaseSeconds: config.database.leaseSeconds,
      cleanup: { ...config.cleanup, ...cleanup },
      providers: [
        { provide: Connection, useValue: Connection.of(dataSource) },
        ...(clock ? [{ provide: Clock, useValue: clock }] : []),
      ],
    });
    return {
      module: AppModule,
      imports: [
        TypeOrmModule.forRootAsync({
          useFactory: () => ({ ...dataSource.options, retryAttempts: 0 }),
          dataSourceFactory: () => Promise.resolve(dataSource),
        }),
        latchkey,
        OperationsModule.forRoot({ imports: [latchkey] }),
        DataPlaneModule.forRoot({ ...config.dataPlane, imports: [latchkey] }),
        CloudflareModule.forRoot({ ...cloudflare, imports: [latchkey] }),
        CrmModule.forRoot({ ...config.dialects.crm, imports: [latchkey] }),
        CanvusModule.forRoot({
          ...config.dialects.canvus,
          productVersion: `latchkey-${PRODUCT_VERSION}`,
          imports: [latchkey],
        }),
      ],
    };
  }
}
