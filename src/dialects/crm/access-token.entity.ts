/** A CRM.COM access token of an organisation: a code, and optionally an identifier with a pass code. */
import { Check, ChildEntity, Column, Index } from 'typeorm';
import { Token } from '../../core/index.js';

/** Its handle is the authentication code, unique within its account; `enabled` is its life cycle state. */
@ChildEntity('access_token')
@Index('latchkey_token_identifier', ['accountId', 'identifier'], { unique: true, where: `"identifier" IS NOT NULL` })
@Index('latchkey_token_number', ['accountId', 'number'], { unique: true, where: `"number" IS NOT NULL` })
@Check('latchkey_token_access', `"kind" <> 'access_token' OR ("number" IS NOT NULL AND "account_id" IS NOT NULL)`)
@Check('latchkey_token_pass_code_length', `"pass_code_hash" IS NULL OR length("pass_code_hash") = 60`)
export class AccessToken extends Token {
  declare accountId: string;

  /** Increases within the account. */
  @Column({ name: 'number', type: 'integer', nullable: true })
  number!: number;

  /** Unique within the account. */
  @Column({ name: 'identifier', type: 'varchar', length: 255, nullable: true })
  identifier!: string | null;

  /** bcrypt. Only selected on demand. */
  @Column({ name: 'pass_code_hash', type: 'varchar', length: 60, nullable: true, select: false })
  passCodeHash?: string | null;
}
