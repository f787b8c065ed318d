/** The Cloudflare dialect: Access service tokens, the accounts they belong to, and their members. */
import { Module } from '@nestjs/common';
import { mountProviders } from '../../http/index.js';
import { AccountsController } from './accounts.controller.js';
import { CloudflareErrors } from './cloudflare.errors.js';
import { CloudflareGuard } from './cloudflare.guard.js';
import { ConfigurableModuleClass } from './cloudflare.options.js';
import { MembersController } from './members.controller.js';
import { ServiceTokenService } from './service-token.service.js';
import { ServiceTokensController } from './service-tokens.controller.js';
import { UserTokensController } from './user-tokens.controller.js';

const CONTROLLERS = [ServiceTokensController, MembersController, AccountsController, UserTokensController];

const MOUNT = mountProviders({
  name: 'CloudflareModule',
  dialect: 'cloudflare',
  controllers: CONTROLLERS,
  errors: CloudflareErrors,
});

/** Serves the Cloudflare dialect below `path` (default: `/client/v4`). */
@Module({
  controllers: CONTROLLERS,
  providers: [...MOUNT, CloudflareGuard, ServiceTokenService],
})
export class CloudflareModule extends ConfigurableModuleClass {}
