/** The data plane: checks credentials for proxies, for other services, and for routes of a host application. */
import { Inject, Injectable, Module, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { DIALECT_PATH, DialectEdge } from '../http/index.js';
import { ConfigurableModuleClass } from './data-plane.module-definition.js';
import { below } from './data-plane.options.js';
import { ForwardAuth } from './forward-auth.js';
import { FrontDoor } from './front-door.js';
import { Gate } from './gate.js';
import { OAuthCallers } from './oauth/oauth-caller.js';
import { OAuthController } from './oauth/oauth.controller.js';
import { renderOAuthError } from './oauth/oauth.errors.js';
import { TokenRevocation } from './oauth/token-revocation.js';

@Injectable()
class OAuthEdge extends DialectEdge implements OnModuleInit {
  constructor(host: HttpAdapterHost, @Inject(DIALECT_PATH) path: string) {
    super(host, { path: below(path, 'oauth2'), renderError: renderOAuthError });
  }

  onModuleInit(): void {
    this.close();
  }
}

@Module({
  controllers: [OAuthController],
  providers: [ForwardAuth, FrontDoor, Gate, OAuthCallers, OAuthEdge, TokenRevocation],
  exports: [Gate],
})
export class DataPlaneModule extends ConfigurableModuleClass {}
