/** A CRM.COM access token of an organisation: a code, and optionally an identifier with a pass code. */
import { Check, ChildEntity, Column, Index } from 'typeorm';
import { Token, jsonColumn } from '../../core/index.js';
import type { UdfValues } from './token-relations.js';

/** Its handle is the authentication code, unique within its account; `enabled` is its life cycle state. */
@ChildEntity('access_token')
@Index('latchkey_token_identifier', ['accountId', 'identifier'], { unique: true, where: `"identifier" IS NOT NULL` })
@Index('latchkey_token_number', ['accountId', 'number'], { unique: true, where: `"number" IS NOT NULL` })
@Index('latchkey_token_accounts_receivable', ['accountId', 'accountsReceivable', 'number'], {
  where: `"accounts_receivable" IS NOT NULL`,
})
@Index('latchkey_token_rewards_participant', ['accountId', 'rewardsParticipant', 'number'], {
  where: `"rewards_participant" IS NOT NULL`,
})
@Check('latchkey_token_access', `"kind" <> 'access_token' OR ("number" IS NOT NULL AND "account_id" IS NOT NULL)`)
@Check('latchkey_token_pass_code_length', `"pass_code_hash" IS NULL OR length("pass_code_hash") = 60`)
class LatchkeyAccessToken extends Token {
  declare accountId: string;

  /** Increases within the account. */
  @Column({ name: 'number', type: 'integer', nullable: true })
  number!: number;

  /** Unique within the account. */
  @Column({ name: 'identifier', type: 'varchar', length: 255, nullable: true })
  identifier!: string | null;

  /** The customer's record in the billing system that it belongs to, as `field=value`. */
  @Column({ name: 'accounts_receivable', type: 'varchar', length: 300, nullable: true })
  accountsReceivable!: string | null;

  /** The participant of a rewards scheme that it belongs to, as `field=value`. */
  @Column({ name: 'rewards_participant', type: 'varchar', length: 300, nullable: true })
  rewardsParticipant!: string | null;

  /** As `field=value`. */
  @Column({ name: 'classification', type: 'varchar', length: 300, nullable: true })
  classification!: string | null;

  /** What callers keep with it, by field. */
  @Column(jsonColumn({ name: 'udf', nullable: true }))
  udf!: UdfValues | null;

  /** bcrypt. Only selected on demand. */
  @Column({ name: 'pass_code_hash', type: 'varchar', length: 60, nullable: true, select: false })
  passCodeHash?: string | null;
}

export { LatchkeyAccessToken as AccessToken };
