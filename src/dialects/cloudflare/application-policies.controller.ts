/** `access/apps/:applicationId/policies`: who may enter an application (docs/contracts/cloudflare.md §10.2). */
import { Delete, Get, Post, Put, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import {
  OwnedPolicyService,
  type ApplicationWithPolicies,
  type AppliedPolicy,
  type JsonObject,
} from '../../applications/index.js';
import { Input } from '../../http/index.js';
import type { Principal } from '../../identity/index.js';
import { CloudflareController } from './cloudflare.controller.js';
import { Documented, PageParameters } from './cloudflare.docs.js';
import { ApplicationInPath, AppliedPolicyInPath, Caller, Permits } from './cloudflare.guard.js';
import { sendKnown, success, type Envelope } from './envelope.js';
import { OtherMembers } from './input-rules.js';
import { AppliedPolicyInput, POLICY_MEMBERS, policyValues } from './policies.inputs.js';
import { AppliedPolicyView, PolicyIdView, appliedPolicyView } from './policies.views.js';
import { zoneTwin } from './zone-twin.js';

@CloudflareController('accounts/:accountId/access/apps/:applicationId/policies', 'Policies')
export class ApplicationPoliciesController {
  constructor(private readonly policies: OwnedPolicyService) {}

  @Permits('account:change')
  @Post()
  @Documented({
    summary: 'Add a policy to an application',
    description: 'The policy belongs to the application, and is deleted with it.',
    returns: 'The new policy.',
    status: 201,
    body: AppliedPolicyInput,
    result: AppliedPolicyView,
    refusals: ['invalid', 'not_found'],
  })
  async create(
    @Caller() { actor }: Principal,
    @ApplicationInPath() { application: { id, accountId } }: ApplicationWithPolicies,
    @Input(AppliedPolicyInput) input: AppliedPolicyInput,
    @OtherMembers(POLICY_MEMBERS) extra: JsonObject,
  ): Promise<Envelope<AppliedPolicyView>> {
    const [values, place] = [policyValues(input, extra), input.precedence ?? undefined];
    return success(appliedPolicyView(await this.policies.create(actor, accountId, id, values, place)));
  }

  @Permits('account:read')
  @Get()
  @Documented({
    summary: 'List the policies of an application',
    description: 'In the order in which they are asked; reusable ones are among them.',
    returns: 'The policies.',
    result: AppliedPolicyView,
    isList: true,
    refusals: ['invalid', 'not_found'],
  })
  @PageParameters()
  list(
    @ApplicationInPath() { policies }: ApplicationWithPolicies,
    @Req() request: Request,
    @Res() response: Response,
  ): void {
    sendKnown(request, response, policies, appliedPolicyView);
  }

  @Permits('account:read')
  @Get(':policyId')
  @Documented({
    summary: 'Get one policy of an application',
    description: 'Reusable or its own.',
    returns: 'The policy.',
    result: AppliedPolicyView,
    refusals: ['not_found'],
  })
  get(@AppliedPolicyInPath() policy: AppliedPolicy): Envelope<AppliedPolicyView> {
    return success(appliedPolicyView(policy));
  }

  @Permits('account:change')
  @Put(':policyId')
  @Documented({
    summary: 'Change a policy of an application',
    description:
      'The body is the whole policy: absent members are as on a create, but for `precedence`, which stays as it is. A ' +
      'reusable policy cannot be changed here (400).',
    returns: 'The changed policy.',
    body: AppliedPolicyInput,
    result: AppliedPolicyView,
    refusals: ['invalid', 'not_found'],
  })
  async update(
    @Caller() { actor }: Principal,
    @ApplicationInPath() { application: { id, accountId } }: ApplicationWithPolicies,
    @AppliedPolicyInPath() { policy }: AppliedPolicy,
    @Input(AppliedPolicyInput) input: AppliedPolicyInput,
    @OtherMembers(POLICY_MEMBERS) extra: JsonObject,
  ): Promise<Envelope<AppliedPolicyView>> {
    const [values, place] = [policyValues(input, extra), input.precedence ?? undefined];
    return success(appliedPolicyView(await this.policies.update(actor, accountId, id, policy.id, values, place)));
  }

  @Permits('account:change')
  @Delete(':policyId')
  @Documented({
    summary: 'Delete a policy of an application',
    description: 'A reusable policy cannot be deleted here (400): leave it out of the policies of the application.',
    returns: 'The id of the deleted policy.',
    status: 202,
    result: PolicyIdView,
    refusals: ['rejected', 'not_found'],
  })
  async delete(
    @Caller() { actor }: Principal,
    @ApplicationInPath() { application: { id, accountId } }: ApplicationWithPolicies,
    @AppliedPolicyInPath() { policy }: AppliedPolicy,
  ): Promise<Envelope<PolicyIdView>> {
    await this.policies.delete(actor, accountId, id, policy.id);
    return success({ id: policy.id });
  }
}

export const ZoneApplicationPoliciesController = zoneTwin(
  ApplicationPoliciesController,
  'access/apps/:applicationId/policies',
);
