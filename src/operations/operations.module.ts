/** The module for operators: the health endpoints. */
import { Module, type DynamicModule, type ModuleMetadata, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Application } from 'express';
import { declareControllers } from '../http/index.js';
import { HealthController } from './health.controller.js';

const CONTROLLERS = [HealthController];

/** Used by the standalone server. A host has its own health endpoints and can call `HealthChecks`. */
@Module({ controllers: CONTROLLERS })
export class OperationsModule implements OnModuleInit {
  constructor(private readonly host: HttpAdapterHost) {}

  /** @param imports - the module that provides the health checks */
  static forRoot({ imports }: Pick<ModuleMetadata, 'imports'>): DynamicModule {
    return { module: OperationsModule, imports: imports ?? [] };
  }

  onModuleInit(): void {
    declareControllers(this.host.httpAdapter.getInstance<Application>(), CONTROLLERS, '');
  }
}
