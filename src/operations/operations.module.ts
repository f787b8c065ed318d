/** What operators need: health, and a database that does not grow for ever. */
import { Module, type DynamicModule, type ModuleMetadata } from '@nestjs/common';
import { HealthController } from './health.controller.js';
import { HOUSEKEEPING_OPTIONS, Housekeeping, type HousekeepingOptions } from './housekeeping.js';
import { Readiness } from './readiness.js';

@Module({})
export class OperationsModule {
  /** @param imports - the module that provides core and identity */
  static forRoot(options: HousekeepingOptions, imports: NonNullable<ModuleMetadata['imports']>): DynamicModule {
    return {
      module: OperationsModule,
      imports,
      controllers: [HealthController],
      providers: [Readiness, Housekeeping, { provide: HOUSEKEEPING_OPTIONS, useValue: options }],
    };
  }
}
