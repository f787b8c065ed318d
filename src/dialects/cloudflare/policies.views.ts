/** Policies in answers (docs/contracts/cloudflare.md §10.2). */
import { ApiProperty, ApiPropertyOptional, PickType } from '../../internals/index.js';
import type { AppliedPolicy, Policy, ReusablePolicy } from '../../applications/index.js';
import { toSeconds } from './cloudflare.views.js';
import { DECISION_NAMES, decisionName } from './policies.inputs.js';
import { ruleView } from './policy-rules.js';

/** Also has the other members that were sent. */
export class PolicyView {
  @ApiProperty({ format: 'uuid', example: 'f1a8b3c9-b4c2-4c4f-9c3a-8d1f0e2b6a57' })
  id!: string;

  @ApiProperty({ example: 'CI may enter' })
  name!: string;

  @ApiProperty({ enum: DECISION_NAMES, example: 'non_identity' })
  decision!: string;

  @ApiProperty({ type: [Object], example: [{ service_token: { token_id: '3537a672-e4d8-4d89-aab9-26cb622918a1' } }] })
  include!: object[];

  @ApiProperty({ type: [Object], example: [] })
  require!: object[];

  @ApiProperty({ type: [Object], example: [] })
  exclude!: object[];

  @ApiProperty({ example: true, description: 'Whether any application of the account can have it.' })
  reusable!: boolean;

  @ApiPropertyOptional({ example: '24h' })
  session_duration?: string;

  @ApiProperty({ example: '2026-10-05T12:00:00Z' })
  created_at!: string;

  @ApiProperty({ example: '2026-10-05T12:00:00Z' })
  updated_at!: string;
}

export class ReusablePolicyView extends PolicyView {
  @ApiProperty({ type: 'integer', example: 1, description: 'How many applications have it.' })
  app_count!: number;
}

export class AppliedPolicyView extends PolicyView {
  @ApiProperty({ type: 'integer', example: 1, description: 'Its place among the policies of the application.' })
  precedence!: number;
}

/** The id of a deleted policy. */
export class PolicyIdView extends PickType(PolicyView, ['id']) {}

export function reusablePolicyView({ policy, applications }: ReusablePolicy): ReusablePolicyView {
  return { ...policyView(policy), app_count: applications };
}

export function appliedPolicyView({ policy, precedence }: AppliedPolicy): AppliedPolicyView {
  return { ...policyView(policy), precedence };
}

function policyView(policy: Policy): PolicyView {
  return {
    ...policy.extra,
    id: policy.id,
    name: policy.name,
    decision: decisionName(policy.decision),
    include: policy.include.map(ruleView),
    require: policy.require.map(ruleView),
    exclude: policy.exclude.map(ruleView),
    reusable: policy.applicationId === null,
    created_at: toSeconds(policy.createdAt),
    updated_at: toSeconds(policy.updatedAt),
  };
}
