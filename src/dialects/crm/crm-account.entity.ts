/** What this dialect keeps for each account; the row is created when there is something to keep. */
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity({ name: 'latchkey_crm_account' })
class LatchkeyCrmAccount {
  @PrimaryColumn({
    name: 'account_id',
    type: 'varchar',
    length: 32,
    primaryKeyConstraintName: 'latchkey_crm_account_pk',
  })
  accountId!: string;

  /** Whether access tokens may have neither identifier nor pass code; `null` for the server's setting. */
  @Column({ name: 'allow_no_identifier', type: 'boolean', nullable: true })
  allowNoIdentifier!: boolean | null;

  /** The number of the newest access token. */
  @Column({ name: 'last_token_number', type: 'integer' })
  lastTokenNumber!: number;
}

export { LatchkeyCrmAccount as CrmAccount };
