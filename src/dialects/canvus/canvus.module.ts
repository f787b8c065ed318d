/** The Canvus dialect: users, logins and access tokens behind a Private-Token. */
import { Module } from '@nestjs/common';
import { mountProviders } from '../../http/index.js';
import { AccessTokensController } from './access-tokens.controller.js';
import { AuditLogController } from './audit-log.controller.js';
import { CanvusErrors } from './canvus.errors.js';
import { CanvusGuard } from './canvus.guard.js';
import { ConfigurableModuleClass } from './canvus.options.js';
import { EmptyListsController } from './empty-lists.controller.js';
import { GroupsController } from './groups.controller.js';
import { LicenseController } from './license.controller.js';
import { LoginController } from './login.controller.js';
import { NotServedController, TestMailController } from './not-served.controller.js';
import { ServerConfigController } from './server-config.controller.js';
import { ServerInfoController } from './server-info.controller.js';
import { Streams } from './streams/streams.js';
import { WatchedGroups } from './streams/watched-groups.js';
import { WatchedResources } from './streams/watched-resources.js';
import { WatchedServer } from './streams/watched-server.js';
import { UsersController } from './users.controller.js';

/** Controllers with fixed paths come before `users/:id`. */
const CONTROLLERS = [
  LoginController,
  NotServedController,
  UsersController,
  AccessTokensController,
  GroupsController,
  ServerInfoController,
  ServerConfigController,
  TestMailController,
  LicenseController,
  EmptyListsController,
  AuditLogController,
];

const MOUNT = mountProviders({
  name: 'CanvusModule',
  dialect: 'canvus',
  controllers: CONTROLLERS,
  errors: CanvusErrors,
});

/** Serves the Canvus dialect below `path` (default: `/api/v1`). */
@Module({
  controllers: CONTROLLERS,
  providers: [...MOUNT, CanvusGuard, Streams, WatchedGroups, WatchedResources, WatchedServer],
})
export class CanvusModule extends ConfigurableModuleClass {}
