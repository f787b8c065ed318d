/** Latchkey's own API: tokens of every kind, for administrators and for everybody's own. */
import { Module } from '@nestjs/common';
import { mountProviders } from '../../http/index.js';
import { AuditViews } from './audit/audit-viewing.js';
import { AuditController } from './audit/audit.controller.js';
import { HostCallers } from './host-sign-in/host-callers.js';
import { Idempotency } from './idempotency/idempotency.js';
import { EventViews } from './events/event-views.js';
import { EventsController } from './events/events.controller.js';
import { LiveEvents } from './events/live-events.js';
import { LatchkeyErrors } from './latchkey.errors.js';
import { LatchkeyGuard } from './latchkey.guard.js';
import { ConfigurableModuleClass } from './latchkey.options.js';
import { Callers } from './session/callers.js';
import { ConsoleLogins } from './session/console-logins.js';
import { OpenIdSignIn } from './openid/openid-sign-in.js';
import { OpenIdController } from './openid/openid.controller.js';
import { Me } from './session/me.js';
import { AccountPartsController } from './accounts/account-parts.controller.js';
import { AccountsController } from './accounts/accounts.controller.js';
import { ProblemsController } from './problems.controller.js';
import { SessionController } from './session/session.controller.js';
import { TokenBulkController } from './tokens/token-bulk.controller.js';
import { TokenBulk } from './tokens/token-bulk.js';
import { TokenChanges } from './tokens/token-changes.js';
import { TokenLists } from './tokens/token-lists.js';
import { TokenSecretsController } from './tokens/token-secrets.controller.js';
import { TokenPresenter } from './tokens/token-presenter.js';
import { TokensController } from './tokens/tokens.controller.js';
import { Backups } from './server/backups.js';
import { ServerController } from './server/server.controller.js';
import { StatsController } from './stats/stats.controller.js';
import { Stats } from './stats/stats.js';
import { UserAccessController } from './users/user-access.controller.js';
import { UserDataController } from './users/user-data.controller.js';
import { People } from './users/people.js';
import { UserIds } from './users/user-ids.js';
import { UserExport } from './users/user-export.js';
import { UsersController } from './users/users.controller.js';

const CONTROLLERS = [
  SessionController,
  OpenIdController,
  TokenBulkController,
  TokensController,
  TokenSecretsController,
  UsersController,
  UserAccessController,
  UserDataController,
  AccountsController,
  AccountPartsController,
  AuditController,
  EventsController,
  StatsController,
  ServerController,
  ProblemsController,
];

const MOUNT = mountProviders({
  name: 'LatchkeyApiModule',
  dialect: 'latchkey',
  controllers: CONTROLLERS,
  errors: LatchkeyErrors,
});

/** Serves Latchkey's own API below `path` (default: `/latchkey/v1`). */
@Module({
  controllers: CONTROLLERS,
  providers: [
    ...MOUNT,
    AuditViews,
    Backups,
    EventViews,
    LiveEvents,
    Stats,
    Callers,
    ConsoleLogins,
    HostCallers,
    Idempotency,
    LatchkeyGuard,
    Me,
    OpenIdSignIn,
    People,
    TokenBulk,
    TokenChanges,
    TokenLists,
    TokenPresenter,
    UserExport,
    UserIds,
  ],
})
export class LatchkeyApiModule extends ConfigurableModuleClass {}
