/** The module for watching a server: metrics, and the listener for operators. */
import { Module, type DynamicModule, type ModuleMetadata, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Application } from 'express';
import { declareControllers } from '../http/index.js';
import { Metrics } from './metrics/metrics.js';
import { MetricsController } from './metrics/metrics.controller.js';
import { MetricsGuard } from './metrics/metrics.guard.js';
import { MONITORING_OPTIONS, type MonitoringOptions } from './monitoring.options.js';
import { SecurityLog } from './security-log.js';
import { OperatorListener } from './operator-listener.js';

const CONTROLLERS = [MetricsController];

/** Used by the standalone server. A host has metrics of its own, and can listen to the channels. */
@Module({ controllers: CONTROLLERS })
export class MonitoringModule implements OnModuleInit {
  constructor(private readonly host: HttpAdapterHost) {}

  /** @param imports - the module that provides core and identity */
  static forRoot({ imports = [], ...options }: MonitoringOptions & Pick<ModuleMetadata, 'imports'>): DynamicModule {
    return {
      module: MonitoringModule,
      imports,
      providers: [
        { provide: MONITORING_OPTIONS, useValue: options },
        Metrics,
        MetricsGuard,
        OperatorListener,
        SecurityLog,
      ],
    };
  }

  onModuleInit(): void {
    declareControllers(this.host.httpAdapter.getInstance<Application>(), CONTROLLERS, '');
  }
}
