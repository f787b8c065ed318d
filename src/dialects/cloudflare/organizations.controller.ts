/** `access/organizations`: the settings that the applications of an account share (docs/contracts/cloudflare.md §10.3). */
import { Get, Patch, Post, Put } from '@nestjs/common';
import { OrganizationService, type JsonObject, type Organization } from '../../applications/index.js';
import { Input } from '../../http/index.js';
import type { Principal } from '../../identity/index.js';
import { CloudflareController } from './cloudflare.controller.js';
import { Documented } from './cloudflare.docs.js';
import { NOT_ENABLED } from './cloudflare.errors.js';
import { AccountId, Caller, Permits } from './cloudflare.guard.js';
import { success, type Envelope } from './envelope.js';
import { OtherMembers } from './input-rules.js';
import {
  ORGANIZATION_MEMBERS,
  OrganizationInput,
  OrganizationPatchInput,
  organizationChanges,
  organizationValues,
} from './organizations.inputs.js';
import { OrganizationView, organizationView } from './organizations.views.js';
import { zoneTwin } from './zone-twin.js';

const CHANGE = {
  summary: 'Change the organization',
  description: 'Absent members stay unchanged. 9999 as long as there is none.',
  returns: 'The changed organization.',
  body: OrganizationPatchInput,
  examples: {
    'Disable tokens after 90 days without use': {
      service_token_inactivity: { enabled: true, inactivity_threshold_days: 90, action: 'disable' },
    },
  },
  result: OrganizationView,
  refusals: ['invalid', 'not_enabled', 'conflict'],
} as const;

@CloudflareController('accounts/:accountId/access/organizations', 'Organization')
export class OrganizationsController {
  constructor(private readonly organizations: OrganizationService) {}

  @Permits('account:read')
  @Get()
  @Documented({
    summary: 'Get the organization',
    description: '9999 as long as there is none.',
    returns: 'The organization.',
    result: OrganizationView,
    refusals: ['not_enabled'],
  })
  async get(@AccountId() accountId: string): Promise<Envelope<OrganizationView>> {
    return success(organizationView(existing(await this.organizations.find(accountId))));
  }

  @Permits('account:change')
  @Post()
  @Documented({
    summary: 'Create the organization',
    description: 'An account has one. Members that are not listed are kept and shown again, and decide nothing.',
    returns: 'The new organization.',
    status: 201,
    body: OrganizationInput,
    result: OrganizationView,
    refusals: ['invalid', 'no_account', 'conflict'],
  })
  async create(
    @Caller() { actor }: Principal,
    @AccountId() accountId: string,
    @Input(OrganizationInput) input: OrganizationInput,
    @OtherMembers(ORGANIZATION_MEMBERS) extra: JsonObject,
  ): Promise<Envelope<OrganizationView>> {
    const values = organizationValues(input, extra);
    return success(organizationView(await this.organizations.create(actor, accountId, values)));
  }

  @Permits('account:change')
  @Put()
  @Documented({ ...CHANGE, refusals: [...CHANGE.refusals] })
  async replace(
    @Caller() { actor }: Principal,
    @AccountId() accountId: string,
    @Input(OrganizationPatchInput) input: OrganizationPatchInput,
    @OtherMembers(ORGANIZATION_MEMBERS) extra: JsonObject,
  ): Promise<Envelope<OrganizationView>> {
    const changed = await this.organizations.update(actor, accountId, (present) =>
      organizationChanges(input, extra, present),
    );
    return success(organizationView(existing(changed)));
  }

  @Permits('account:change')
  @Patch()
  @Documented({ ...CHANGE, refusals: [...CHANGE.refusals] })
  update(
    @Caller() caller: Principal,
    @AccountId() accountId: string,
    @Input(OrganizationPatchInput) input: OrganizationPatchInput,
    @OtherMembers(ORGANIZATION_MEMBERS) extra: JsonObject,
  ): Promise<Envelope<OrganizationView>> {
    return this.replace(caller, accountId, input, extra);
  }
}

export const ZoneOrganizationsController = zoneTwin(OrganizationsController, 'access/organizations');

function existing(organization: Organization | null): Organization {
  if (!organization) throw NOT_ENABLED;
  return organization;
}
