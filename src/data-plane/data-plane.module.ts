/** The data plane, which verifies credentials for proxies, other services and routes of a host application. */
import { Inject, Injectable, Module, type OnModuleInit } from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost } from '@nestjs/core';
import { DIALECT_PATH, DialectMount } from '../http/index.js';
import { ConfigurableModuleClass } from './data-plane.module-definition.js';
import { ForwardAuth } from './forward-auth.js';
import { VerifyListener } from './verify-listener.js';
import { AccessDecider } from './access-decider.js';
import { OAuthController } from './oauth/oauth.controller.js';
import { renderOAuthError } from './oauth/oauth.errors.js';
import { OAuthGuard } from './oauth/oauth.guard.js';
import { TokenPermissions } from './oauth/oauth.permissions.js';
import { TokenRevocation } from './oauth/token-revocation.js';

const CONTROLLERS = [OAuthController];

@Injectable()
class OAuthMount extends DialectMount implements OnModuleInit {
  constructor(host: HttpAdapterHost, config: ApplicationConfig, @Inject(DIALECT_PATH) path: string) {
    super(host, config, {
      name: 'DataPlaneModule',
      dialect: 'oauth',
      controllers: CONTROLLERS,
      path,
      part: 'oauth2',
      renderError: renderOAuthError,
    });
  }

  onModuleInit(): void {
    this.install();
  }
}

/**
 * Serves `verify`, `oauth2/introspect` and `oauth2/revoke` below `path` (default: `/`), and provides what the guards
 * need: import it in every module that uses them.
 */
@Module({
  controllers: CONTROLLERS,
  providers: [ForwardAuth, VerifyListener, AccessDecider, OAuthGuard, OAuthMount, TokenPermissions, TokenRevocation],
  exports: [AccessDecider],
})
export class DataPlaneModule extends ConfigurableModuleClass {}
