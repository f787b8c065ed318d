/** The table of the tokens that policies name, by which a token in use is recognised. */
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** One token that a policy names. */
@Entity({ name: 'latchkey_policy_token' })
@Index('latchkey_policy_token_token', ['tokenId'])
@Index('latchkey_policy_token_account', ['accountId'])
class LatchkeyPolicyToken {
  @PrimaryColumn({
    name: 'policy_id',
    type: 'varchar',
    length: 36,
    primaryKeyConstraintName: 'latchkey_policy_token_pk',
  })
  policyId!: string;

  @PrimaryColumn({
    name: 'token_id',
    type: 'varchar',
    length: 36,
    primaryKeyConstraintName: 'latchkey_policy_token_pk',
  })
  tokenId!: string;

  @Column({ name: 'account_id', type: 'varchar', length: 32 })
  accountId!: string;
}

export { LatchkeyPolicyToken as PolicyToken };
