/** The Cloudflare dialect: Access service tokens and applications, the accounts they belong to, and their members. */
import { Module } from '@nestjs/common';
import { mountProviders } from '../../http/index.js';
import { AccountTokensController } from './account-tokens.controller.js';
import { AccountsController } from './accounts.controller.js';
import { ApplicationPoliciesController, ZoneApplicationPoliciesController } from './application-policies.controller.js';
import { ApplicationsController, ZoneApplicationsController } from './applications.controller.js';
import { CloudflareErrors } from './cloudflare.errors.js';
import { ApiFailures } from './api-failures.js';
import { CloudflareGuard } from './cloudflare.guard.js';
import { ConfigurableModuleClass } from './cloudflare.options.js';
import { GroupsController, ZoneGroupsController } from './groups.controller.js';
import { InactiveTokens } from './inactive-tokens.js';
import { MembersController } from './members.controller.js';
import { OrganizationsController, ZoneOrganizationsController } from './organizations.controller.js';
import { ResourceLoader } from './path-resources.js';
import { PoliciesController } from './policies.controller.js';
import { Rotations } from './rotations.js';
import { ServiceTokenKind } from './service-token.kind.js';
import { ServiceTokenService } from './service-token.service.js';
import { ServiceTokensController, ZoneServiceTokensController } from './service-tokens.controller.js';
import { UserTokensController } from './user-tokens.controller.js';
import { MembershipsController, UsersController } from './users.controller.js';
import { ZonesController } from './zones.controller.js';

const CONTROLLERS = [
  ServiceTokensController,
  ApplicationsController,
  ApplicationPoliciesController,
  PoliciesController,
  GroupsController,
  OrganizationsController,
  MembersController,
  AccountTokensController,
  AccountsController,
  ZonesController,
  ZoneServiceTokensController,
  ZoneApplicationsController,
  ZoneApplicationPoliciesController,
  ZoneGroupsController,
  ZoneOrganizationsController,
  UserTokensController,
  UsersController,
  MembershipsController,
];

const MOUNT = mountProviders({
  name: 'CloudflareModule',
  dialect: 'cloudflare',
  controllers: CONTROLLERS,
  errors: CloudflareErrors,
});

/** Serves the Cloudflare dialect below `path` (default: `/client/v4`). */
@Module({
  controllers: CONTROLLERS,
  providers: [
    ...MOUNT,
    ApiFailures,
    CloudflareGuard,
    InactiveTokens,
    ResourceLoader,
    Rotations,
    ServiceTokenKind,
    ServiceTokenService,
  ],
})
export class CloudflareModule extends ConfigurableModuleClass {}
