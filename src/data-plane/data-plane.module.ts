/** The data plane, which verifies credentials for proxies, other services and routes of a host application. */
import { Module } from '@nestjs/common';
import { mountProviders } from '../http/index.js';
import { ConfigurableModuleClass } from './data-plane.options.js';
import { ForwardAuth } from './forward-auth.js';
import { VerifyListener } from './verify-listener.js';
import { VerifyServer } from './verify-server.js';
import { AccessDecider, GUARDING } from './access-decider.js';
import { AnswerCaching } from './answer-caching.js';
import { ApplicationAnswers } from './application-answers.js';
import { ApplicationFinder } from './application-finder.js';
import { TokenPasswords } from './token-passwords.js';
import { AccountTokens } from './oauth/account-tokens.js';
import { OAuthController } from './oauth/oauth.controller.js';
import { OAuthErrors } from './oauth/oauth.errors.js';
import { OAuthGuard } from './oauth/oauth.guard.js';
import { TokenPermissions } from './oauth/oauth.permissions.js';
import { TokenRevocation } from './oauth/token-revocation.js';

const CONTROLLERS = [OAuthController];

const MOUNT = mountProviders({
  name: 'DataPlaneModule',
  dialect: 'oauth',
  controllers: CONTROLLERS,
  part: 'oauth2',
  errors: OAuthErrors,
});

/**
 * Serves `verify`, `oauth2/introspect` and `oauth2/revoke` below `path` (default: `/`), and provides what the guards
 * need: import it in every module that uses them.
 */
@Module({
  controllers: CONTROLLERS,
  providers: [
    ...MOUNT,
    ForwardAuth,
    VerifyListener,
    VerifyServer,
    AccessDecider,
    { provide: GUARDING, useExisting: AccessDecider },
    AnswerCaching,
    ApplicationAnswers,
    ApplicationFinder,
    AccountTokens,
    OAuthGuard,
    TokenPasswords,
    TokenPermissions,
    TokenRevocation,
  ],
  exports: [GUARDING, AccessDecider, ApplicationFinder],
})
export class DataPlaneModule extends ConfigurableModuleClass {}
