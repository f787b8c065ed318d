/** The CRM dialect: access tokens of organisations, as remote procedure calls with a login token. */
import { Module } from '@nestjs/common';
import { mountProviders } from '../../http/index.js';
import { AccessTokenKind } from './access-token.kind.js';
import { AccessTokenList } from './access-token-list.js';
import { AccessTokenService } from './access-token.service.js';
import { AccessTokensController } from './access-tokens.controller.js';
import { AuthenticationController } from './authentication.controller.js';
import { ConsumerLogins } from './consumer-logins.js';
import { CrmErrors } from './crm.errors.js';
import { CrmGuard } from './crm.guard.js';
import { ConfigurableModuleClass } from './crm.options.js';
import { KeyCheck } from './key-check.js';
import { KeyLoginController } from './key-login.controller.js';
import { LogInformation } from './log-information.js';
import { OwnPassCodeController } from './own-pass-code.controller.js';
import { PassCodeCheck } from './pass-code-check.js';
import { VisibleTokens } from './visible-tokens.js';

const CONTROLLERS = [AuthenticationController, KeyLoginController, AccessTokensController, OwnPassCodeController];

const MOUNT = mountProviders({ name: 'CrmModule', dialect: 'crm', controllers: CONTROLLERS, errors: CrmErrors });

/** Serves the CRM.COM dialect below `path` (default: `/crmapi/rest/v2`). */
@Module({
  controllers: CONTROLLERS,
  providers: [
    ...MOUNT,
    AccessTokenKind,
    AccessTokenList,
    AccessTokenService,
    ConsumerLogins,
    CrmGuard,
    KeyCheck,
    LogInformation,
    PassCodeCheck,
    VisibleTokens,
  ],
})
export class CrmModule extends ConfigurableModuleClass {}
