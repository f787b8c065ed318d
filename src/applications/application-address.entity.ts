/** The table of the addresses at which applications are reached. */
import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** One address of an application, as a pattern; see `address-pattern.ts`. */
@Entity({ name: 'latchkey_application_address' })
@Index('latchkey_application_address_anchor', ['anchor'])
@Index('latchkey_application_address_account', ['accountId'])
@Check('latchkey_application_address_anchor_present', `length("anchor") > 0`)
class LatchkeyApplicationAddress {
  @PrimaryColumn({
    name: 'application_id',
    type: 'varchar',
    length: 36,
    primaryKeyConstraintName: 'latchkey_application_address_pk',
  })
  applicationId!: string;

  /** 0 for the first address. */
  @PrimaryColumn({ name: 'position', type: 'integer', primaryKeyConstraintName: 'latchkey_application_address_pk' })
  position!: number;

  @Column({ name: 'account_id', type: 'varchar', length: 32 })
  accountId!: string;

  /** What follows the last label with a wildcard, or the whole host: all hosts that match end with it. */
  @Column({ name: 'anchor', type: 'varchar', length: 253 })
  anchor!: string;

  @Column({ name: 'host', type: 'varchar', length: 253 })
  host!: string;

  /** `''`, or what follows the host from its slash on. */
  @Column({ name: 'path', type: 'varchar', length: 1000 })
  path!: string;
}

export { LatchkeyApplicationAddress as ApplicationAddress };
