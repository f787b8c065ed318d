/** Accounts, members, applications and policies, as answers show them (docs/contracts/latchkey.md §5). */
import { shownIdOf } from '../../../core/index.js';
import { ApiProperty } from '../../../internals/index.js';
import {
  POLICY_DECISIONS,
  type ApplicationWithPolicies,
  type PolicyDecision,
  type ReusablePolicy,
} from '../../../applications/index.js';
import {
  ACCOUNT_ABILITIES,
  MEMBER_ABILITIES,
  ROLES,
  type Account,
  type AccountAbility,
  type AccountFigures,
  type Member,
  type MemberAbility,
  type Role,
} from '../../../identity/index.js';
import { EXAMPLE_ACCOUNT_ID } from '../latchkey.docs.js';
import { listOf } from '../query/paging.js';
import { timeView } from '../times.js';

export class AccountView {
  @ApiProperty({ example: EXAMPLE_ACCOUNT_ID })
  id!: string;

  @ApiProperty({ example: 'Acme' })
  name!: string;

  @ApiProperty({ format: 'date-time', example: '2026-01-31T12:00:00.000Z' })
  created_at!: string;

  @ApiProperty({ type: 'integer', example: 3 })
  members!: number;

  @ApiProperty({ type: 'integer', example: 12, description: 'Of every kind.' })
  tokens!: number;

  @ApiProperty({
    type: String,
    enum: ROLES,
    nullable: true,
    description: 'Your role; `null` for an administrator of the server who is no member.',
  })
  role!: Role | null;

  @ApiProperty({
    enum: ACCOUNT_ABILITIES,
    isArray: true,
    example: ACCOUNT_ABILITIES,
    description:
      'What you may do with it. A server may leave renaming to its own administrators (`ACCOUNT_RENAMED_BY`).',
  })
  permissions!: AccountAbility[];
}

class MemberUserView {
  @ApiProperty({ example: '1001' })
  id!: string;

  @ApiProperty({ example: 'Alice' })
  name!: string;

  @ApiProperty({ example: 'alice@example.com' })
  email!: string;
}

export class MemberView {
  @ApiProperty()
  user!: MemberUserView;

  @ApiProperty({ enum: ROLES })
  role!: Role;

  @ApiProperty({ format: 'date-time', example: '2026-01-31T12:00:00.000Z' })
  created_at!: string;

  @ApiProperty({
    enum: MEMBER_ABILITIES,
    isArray: true,
    example: MEMBER_ABILITIES,
    description:
      'What you may do with the member. The last administrator of an account stays one, unless the server allows it ' +
      '(`ACCOUNT_LAST_ADMINISTRATOR`) or you administer the server.',
  })
  permissions!: MemberAbility[];
}

class AppliedPolicyView {
  @ApiProperty({ example: 'f174e90a-fafe-4643-bbbc-4a0ed4fc8415' })
  id!: string;

  @ApiProperty({ example: 'Services of the shop' })
  name!: string;

  @ApiProperty({ enum: POLICY_DECISIONS })
  decision!: PolicyDecision;

  @ApiProperty({ type: 'integer', example: 1, description: 'The lowest counts first.' })
  precedence!: number;
}

export class ApplicationView {
  @ApiProperty({ example: 'f174e90a-fafe-4643-bbbc-4a0ed4fc8415' })
  id!: string;

  @ApiProperty({ example: 'Shop' })
  name!: string;

  @ApiProperty({
    example: '737646a56ab1df6ec9bddc7e5ca84eaf3b0768850f3ffb5d74f1534911fe3893',
    description: 'Audience tag.',
  })
  aud!: string;

  @ApiProperty({ type: [String], example: ['shop.example.com/admin'] })
  domains!: string[];

  @ApiProperty({ type: [AppliedPolicyView], description: 'In the order in which they count.' })
  policies!: AppliedPolicyView[];
}

export class PolicyView {
  @ApiProperty({ example: 'f174e90a-fafe-4643-bbbc-4a0ed4fc8415' })
  id!: string;

  @ApiProperty({ example: 'Services of the shop' })
  name!: string;

  @ApiProperty({ enum: POLICY_DECISIONS })
  decision!: PolicyDecision;

  @ApiProperty({ type: 'integer', example: 2, description: 'How many applications have it.' })
  applications!: number;
}

export const AccountList = listOf(AccountView);
export const MemberList = listOf(MemberView);
export const ApplicationList = listOf(ApplicationView);
export const PolicyList = listOf(PolicyView);

/** @param abilitiesOf - what the viewer may do in a role */
export function accountView(
  { id, name, createdAt }: Account,
  figures: AccountFigures | undefined,
  abilitiesOf: (role: Role | null) => AccountAbility[],
): AccountView {
  const { members = 0, tokens = 0, role = null } = figures ?? {};
  return { id, name, created_at: timeView(createdAt), members, tokens, role, permissions: abilitiesOf(role) };
}

export function memberView({ membership, user }: Member, permissions: MemberAbility[]): MemberView {
  return {
    user: { id: shownIdOf(user), name: user.name, email: user.email },
    role: membership.role,
    created_at: timeView(membership.createdAt),
    permissions,
  };
}

export function applicationView(
  { application, policies }: ApplicationWithPolicies,
  addresses: readonly string[] = [],
): ApplicationView {
  return {
    id: application.id,
    name: application.name,
    aud: application.aud,
    domains: [...addresses],
    policies: policies.map(({ policy, precedence }) => ({
      id: policy.id,
      name: policy.name,
      decision: policy.decision,
      precedence,
    })),
  };
}

export function policyView({ policy, applications }: ReusablePolicy): PolicyView {
  return { id: policy.id, name: policy.name, decision: policy.decision, applications };
}
