/** The table that stores how many tokens of each kind an account has, which makes counting cheap. */
import { Column, Entity, PrimaryColumn } from 'typeorm';

const primaryKeyConstraintName = 'latchkey_token_count_pk';

/**
 * One part of the count: the tokens whose id ends with a given hex digit. There are sixteen parts, so that tokens
 * issued concurrently in one account rarely wait for each other; the number of tokens is their sum.
 */
@Entity({ name: 'latchkey_token_count' })
class LatchkeyTokenCount {
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

export { LatchkeyTokenCount as TokenCount };
