/** What operators need: health. */
import { Module, type DynamicModule, type ModuleMetadata } from '@nestjs/common';
import { HealthController } from './health.controller.js';

/** Of the standalone server; a host has its own, and asks `HealthChecks` itself. */
@Module({ controllers: [HealthController] })
export class OperationsModule {
  /** @param imports - the module that provides the health checks */
  static forRoot({ imports }: Pick<ModuleMetadata, 'imports'>): DynamicModule {
    return { module: OperationsModule, imports: imports ?? [] };
  }
}
