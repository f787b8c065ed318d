/** How many tokens of a kind an account has, so that nobody has to count them. */
import { Column, Entity, PrimaryColumn } from 'typeorm';

const primaryKeyConstraintName = 'latchkey_token_count_pk';

/**
 * A part of the count: the tokens whose id ends with one hex digit. Sixteen parts, so that tokens issued at the same
 * time in one account seldom wait for each other; the number of tokens is the sum.
 */
@Entity({ name: 'latchkey_token_count' })
export class TokenCount {
  @PrimaryColumn({ name: 'account_id', type: 'varchar', length: 32, primaryKeyConstraintName })
  accountId!: string;

  @PrimaryColumn({ name: 'kind', type: 'varchar', length: 32, primaryKeyConstraintName })
  kind!: string;

  /** Last hex digit of the token ids counted here, 0 to 15. */
  @PrimaryColumn({ name: 'part', type: 'integer', primaryKeyConstraintName })
  part!: number;

  @Column({ name: 'tokens', type: 'integer' })
  tokens!: number;
}
