/** The table that links applications with their policies, in order. */
import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** One policy of an application. */
@Entity({ name: 'latchkey_application_policy' })
@Index('latchkey_application_policy_order', ['applicationId', 'precedence'], { unique: true })
@Index('latchkey_application_policy_policy', ['policyId'])
@Index('latchkey_application_policy_account', ['accountId'])
@Check('latchkey_application_policy_precedence', `"precedence" >= 0`)
class LatchkeyApplicationPolicy {
  @PrimaryColumn({
    name: 'application_id',
    type: 'varchar',
    length: 36,
    primaryKeyConstraintName: 'latchkey_application_policy_pk',
  })
  applicationId!: string;

  @PrimaryColumn({
    name: 'policy_id',
    type: 'varchar',
    length: 36,
    primaryKeyConstraintName: 'latchkey_application_policy_pk',
  })
  policyId!: string;

  @Column({ name: 'account_id', type: 'varchar', length: 32 })
  accountId!: string;

  /** Policies are asked from the lowest to the highest. */
  @Column({ name: 'precedence', type: 'integer' })
  precedence!: number;
}

export { LatchkeyApplicationPolicy as ApplicationPolicy };
