/** A kind of token that Latchkey does not know. */
import { Check, ChildEntity, Column } from 'typeorm';
import { Token } from '../../../src/dialect-kit.js';

export const ACME_KEY = 'acme_key';

@ChildEntity(ACME_KEY)
@Check('latchkey_token_acme', `"kind" <> 'acme_key' OR ("acme_team" IS NOT NULL AND "account_id" IS NOT NULL)`)
export class AcmeKey extends Token {
  @Column({ name: 'acme_team', type: 'varchar', length: 100, nullable: true })
  team!: string;
}
