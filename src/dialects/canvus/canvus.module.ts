/** The Canvus dialect: users, logins and access tokens behind a Private-Token. */
import { Inject, Injectable, Module, type OnModuleInit } from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost } from '@nestjs/core';
import { DIALECT_PATH, DialectMount } from '../../http/index.js';
import { AccessTokensController } from './access-tokens.controller.js';
import { AuditLogController } from './audit-log.controller.js';
import { renderCanvusError } from './canvus.errors.js';
import { CanvusGuard } from './canvus.guard.js';
import { ConfigurableModuleClass } from './canvus.module-definition.js';
import { LoginController } from './login.controller.js';
import { NotServedController } from './not-served.controller.js';
import { ServerConfigController } from './server-config.controller.js';
import { ServerInfoController } from './server-info.controller.js';
import { Streams } from './streams/streams.js';
import { WatchedResources } from './streams/watched-resources.js';
import { UsersController } from './users.controller.js';

/** Controllers with fixed paths come before `users/:id`. */
const CONTROLLERS = [
  LoginController,
  NotServedController,
  UsersController,
  AccessTokensController,
  ServerInfoController,
  ServerConfigController,
  AuditLogController,
];

@Injectable()
class CanvusMount extends DialectMount implements OnModuleInit {
  constructor(host: HttpAdapterHost, config: ApplicationConfig, @Inject(DIALECT_PATH) path: string) {
    super(host, config, {
      name: 'CanvusModule',
      dialect: 'canvus',
      controllers: CONTROLLERS,
      path,
      renderError: renderCanvusError,
    });
  }

  onModuleInit(): void {
    this.install();
  }
}

/** Serves the Canvus dialect below `path` (default: `/api/v1`). */
@Module({
  controllers: CONTROLLERS,
  providers: [CanvusMount, CanvusGuard, Streams, WatchedResources],
})
export class CanvusModule extends ConfigurableModuleClass {}
