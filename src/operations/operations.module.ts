/** The module for operators: the health endpoints. */
import { Module, type DynamicModule, type ModuleMetadata } from '@nestjs/common';
import { HealthController } from './health.controller.js';

/** Used by the standalone server. A host has its own health endpoints and can call `HealthChecks`. */
@Module({ controllers: [HealthController] })
export class OperationsModule {
  /** @param imports - the module that provides the health checks */
  static forRoot({ imports }: Pick<ModuleMetadata, 'imports'>): DynamicModule {
    return { module: OperationsModule, imports: imports ?? [] };
  }
}
