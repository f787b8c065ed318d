/** The Cloudflare dialect: Access service tokens, the accounts they belong to, and their members. */
import { Inject, Injectable, Module, type OnModuleInit } from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost } from '@nestjs/core';
import { DIALECT_PATH, DialectMount } from '../../http/index.js';
import { AccountsController } from './accounts.controller.js';
import { renderCloudflareError } from './cloudflare.errors.js';
import { CloudflareGuard } from './cloudflare.guard.js';
import { ConfigurableModuleClass } from './cloudflare.module-definition.js';
import { MembersController } from './members.controller.js';
import { ServiceTokenService } from './service-token.service.js';
import { ServiceTokensController } from './service-tokens.controller.js';
import { UserTokensController } from './user-tokens.controller.js';

const CONTROLLERS = [ServiceTokensController, MembersController, AccountsController, UserTokensController];

@Injectable()
class CloudflareMount extends DialectMount implements OnModuleInit {
  constructor(host: HttpAdapterHost, config: ApplicationConfig, @Inject(DIALECT_PATH) path: string) {
    super(host, config, {
      name: 'CloudflareModule',
      dialect: 'cloudflare',
      controllers: CONTROLLERS,
      path,
      renderError: renderCloudflareError,
    });
  }

  onModuleInit(): void {
    this.install();
  }
}

/** Serves the Cloudflare dialect below `path` (default: `/client/v4`). */
@Module({
  controllers: CONTROLLERS,
  providers: [CloudflareMount, CloudflareGuard, ServiceTokenService],
})
export class CloudflareModule extends ConfigurableModuleClass {}
