/** `access/policies`: policies that any application of the account can have (docs/contracts/cloudflare.md §10.2). */
import { Delete, Get, Post, Put, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { PolicyService, type JsonObject, type ReusablePolicy } from '../../applications/index.js';
import type { PageRequest } from '../../core/index.js';
import { Input } from '../../http/index.js';
import type { Principal } from '../../identity/index.js';
import { CloudflareController } from './cloudflare.controller.js';
import { Documented, PageParameters } from './cloudflare.docs.js';
import { AccountId, Caller, Permits, PolicyInPath } from './cloudflare.guard.js';
import { sendList, success, type Envelope } from './envelope.js';
import { OtherMembers } from './input-rules.js';
import { POLICY_MEMBERS, PolicyInput, policyValues } from './policies.inputs.js';
import { PolicyIdView, ReusablePolicyView, reusablePolicyView } from './policies.views.js';

@CloudflareController('accounts/:accountId/access/policies', 'Policies')
export class PoliciesController {
  constructor(private readonly policies: PolicyService) {}

  @Permits('account:change')
  @Post()
  @Documented({
    summary: 'Create a reusable policy',
    description: 'Members that are not listed are kept and shown again, and decide nothing.',
    returns: 'The new policy.',
    status: 201,
    body: PolicyInput,
    examples: {
      'One service token': {
        name: 'CI may enter',
        decision: 'non_identity',
        include: [{ any_valid_service_token: {} }],
        require: [{ ip: { ip: '192.0.2.0/24' } }],
      },
    },
    result: ReusablePolicyView,
    refusals: ['invalid', 'no_account'],
  })
  async create(
    @Caller() { actor }: Principal,
    @AccountId() accountId: string,
    @Input(PolicyInput) input: PolicyInput,
    @OtherMembers(POLICY_MEMBERS) extra: JsonObject,
  ): Promise<Envelope<ReusablePolicyView>> {
    const values = policyValues(input, extra);
    return success(reusablePolicyView(await this.policies.create(actor, accountId, values)));
  }

  @Permits('account:read')
  @Get()
  @Documented({
    summary: 'List reusable policies',
    description: 'Oldest first. Without `per_page`, all of them.',
    returns: 'The policies.',
    result: ReusablePolicyView,
    isList: true,
    refusals: ['invalid', 'no_account', 'too_many'],
  })
  @PageParameters()
  async list(
    @Caller() { user }: Principal,
    @AccountId() accountId: string,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const list = {
      all: () => this.policies.all(user.id, accountId),
      page: (page: PageRequest) => this.policies.page(user.id, accountId, page),
    };
    await sendList(request, response, list, reusablePolicyView);
  }

  @Permits('account:read')
  @Get(':policyId')
  @Documented({
    summary: 'Get one reusable policy',
    description: '`app_count` says how many applications have it.',
    returns: 'The policy.',
    result: ReusablePolicyView,
    refusals: ['not_found'],
  })
  get(@PolicyInPath() policy: ReusablePolicy): Envelope<ReusablePolicyView> {
    return success(reusablePolicyView(policy));
  }

  @Permits('account:change')
  @Put(':policyId')
  @Documented({
    summary: 'Change a reusable policy',
    description:
      'The body is the whole policy: absent members are as on a create. When this returns, every instance decides by the ' +
      'new state, for all applications that have the policy.',
    returns: 'The changed policy.',
    body: PolicyInput,
    result: ReusablePolicyView,
    refusals: ['invalid', 'not_found'],
  })
  async update(
    @Caller() { actor }: Principal,
    @PolicyInPath() { policy: { id, accountId } }: ReusablePolicy,
    @Input(PolicyInput) input: PolicyInput,
    @OtherMembers(POLICY_MEMBERS) extra: JsonObject,
  ): Promise<Envelope<ReusablePolicyView>> {
    const values = policyValues(input, extra);
    return success(reusablePolicyView(await this.policies.update(actor, accountId, id, values)));
  }

  @Permits('account:change')
  @Delete(':policyId')
  @Documented({
    summary: 'Delete a reusable policy',
    description: 'Refused (400, 12139) while an application has it.',
    returns: 'The id of the deleted policy.',
    status: 202,
    result: PolicyIdView,
    refusals: ['in_use', 'not_found'],
  })
  async delete(
    @Caller() { actor }: Principal,
    @PolicyInPath() { policy: { id, accountId } }: ReusablePolicy,
  ): Promise<Envelope<PolicyIdView>> {
    await this.policies.delete(actor, accountId, id);
    return success({ id });
  }
}
