/** The table of zones: which account a domain belongs to. */
import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { timestampColumn } from '../core/index.js';

/** A domain with all names below it, but for those of a longer zone. */
@Entity({ name: 'latchkey_zone' })
@Index('latchkey_zone_name', ['name'], { unique: true })
@Index('latchkey_zone_account', ['accountId', 'createdAt', 'id'])
@Index('latchkey_zone_created', ['createdAt', 'id'])
@Check('latchkey_zone_id_length', `length("id") = 32`)
class LatchkeyZone {
  /** 32 lower-case hex characters. */
  @PrimaryColumn({ name: 'id', type: 'varchar', length: 32, primaryKeyConstraintName: 'latchkey_zone_pk' })
  id!: string;

  @Column({ name: 'account_id', type: 'varchar', length: 32 })
  accountId!: string;

  /** A domain name in lower case and in ASCII. */
  @Column({ name: 'name', type: 'varchar', length: 253 })
  name!: string;

  @Column(timestampColumn({ name: 'created_at' }))
  createdAt!: Date;

  @Column(timestampColumn({ name: 'updated_at' }))
  updatedAt!: Date;
}

export { LatchkeyZone as Zone };
