/** The table of accounts (tenants). */
import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { timestampColumn, type LockKey } from '../core/index.js';

/** A tenant, to which tokens belong. */
@Entity({ name: 'latchkey_account' })
@Index('latchkey_account_name', ['name'], { unique: true })
@Index('latchkey_account_created', ['createdAt', 'id'])
@Check('latchkey_account_id_length', `length("id") = 32`)
class LatchkeyAccount {
  static readonly lock: LockKey<'id'> = { kind: 'account', columns: ['id'] };

  /** 32 lower-case hex characters. */
  @PrimaryColumn({ name: 'id', type: 'varchar', length: 32, primaryKeyConstraintName: 'latchkey_account_pk' })
  id!: string;

  @Column({ name: 'name', type: 'varchar', length: 255 })
  name!: string;

  @Column(timestampColumn({ name: 'created_at' }))
  createdAt!: Date;

  @Column(timestampColumn({ name: 'updated_at' }))
  updatedAt!: Date;
}

export { LatchkeyAccount as Account };
