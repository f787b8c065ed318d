/** The CRM dialect: access tokens of organisations, as remote procedure calls with a login token. */
import { Inject, Injectable, Module, type OnModuleInit } from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost } from '@nestjs/core';
import { DIALECT_PATH, DialectMount } from '../../http/index.js';
import { AccessTokenService } from './access-token.service.js';
import { AccessTokensController } from './access-tokens.controller.js';
import { AuthenticationController } from './authentication.controller.js';
import { CrmErrors } from './crm.errors.js';
import { CrmGuard } from './crm.guard.js';
import { ConfigurableModuleClass } from './crm.module-definition.js';
import { LogInformation } from './log-information.js';

const CONTROLLERS = [AuthenticationController, AccessTokensController];

@Injectable()
class CrmMount extends DialectMount implements OnModuleInit {
  constructor(host: HttpAdapterHost, config: ApplicationConfig, @Inject(DIALECT_PATH) path: string, errors: CrmErrors) {
    super(host, config, {
      name: 'CrmModule',
      dialect: 'crm',
      controllers: CONTROLLERS,
      path,
      renderError: (error) => errors.render(error),
    });
  }

  onModuleInit(): void {
    this.install();
  }
}

/** Serves the CRM.COM dialect below `path` (default: `/crmapi/rest/v2`). */
@Module({
  controllers: CONTROLLERS,
  providers: [AccessTokenService, CrmMount, CrmErrors, CrmGuard, LogInformation],
})
export class CrmModule extends ConfigurableModuleClass {}
