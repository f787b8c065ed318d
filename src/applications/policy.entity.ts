/** The table of policies: who may enter. */
import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { jsonColumn, timestampColumn, type LockKey } from '../core/index.js';
import type { JsonObject } from './application.entity.js';
import type { Rule } from './rules.js';

/**
 * What a policy does with those who match it. `services` admits them by their token; `bypass` admits them without one;
 * `deny` refuses them; `people` is for users who sign in, and never admits a token.
 */
export type PolicyDecision = (typeof POLICY_DECISIONS)[number];

/** All decisions. */
export const POLICY_DECISIONS = ['services', 'bypass', 'people', 'deny'] as const;

/** Rules and a decision: of one application, or reusable by all applications of the account. */
@Entity({ name: 'latchkey_policy' })
@Index('latchkey_policy_account', ['accountId', 'createdAt', 'id'])
@Index('latchkey_policy_application', ['applicationId'], { where: `"application_id" IS NOT NULL` })
@Check(
  'latchkey_policy_decision',
  `"decision" = 'services' OR "decision" = 'bypass' OR "decision" = 'people' OR "decision" = 'deny'`,
)
class LatchkeyPolicy {
  static readonly lock: LockKey<'id'> = { kind: 'policy', columns: ['id'] };

  /** A UUID v4 in lower case. */
  @PrimaryColumn({ name: 'id', type: 'varchar', length: 36, primaryKeyConstraintName: 'latchkey_policy_pk' })
  id!: string;

  @Column({ name: 'account_id', type: 'varchar', length: 32 })
  accountId!: string;

  /** The application to which it belongs; `null` for a reusable one. */
  @Column({ name: 'application_id', type: 'varchar', length: 36, nullable: true, update: false })
  applicationId!: string | null;

  @Column({ name: 'name', type: 'varchar', length: 350 })
  name!: string;

  @Column({ name: 'decision', type: 'varchar', length: 16 })
  decision!: PolicyDecision;

  /** The only kind of token that its rules are about. */
  @Column({ name: 'token_kind', type: 'varchar', length: 32, update: false })
  tokenKind!: string;

  /** A visitor who matches the policy meets one of these. */
  @Column(jsonColumn({ name: 'include_rules' }))
  include!: readonly Rule[];

  /** A visitor who matches the policy meets all of these. */
  @Column(jsonColumn({ name: 'require_rules' }))
  require!: readonly Rule[];

  /** A visitor who matches the policy meets none of these. */
  @Column(jsonColumn({ name: 'exclude_rules' }))
  exclude!: readonly Rule[];

  /** What else was given. It is shown again and decides nothing. */
  @Column(jsonColumn({ name: 'extra' }))
  extra!: JsonObject;

  @Column(timestampColumn({ name: 'created_at' }))
  createdAt!: Date;

  @Column(timestampColumn({ name: 'updated_at' }))
  updatedAt!: Date;
}

export { LatchkeyPolicy as Policy };
