/** A tenant: what Cloudflare calls an account and CRM.COM an organisation. */
import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { moment } from '../core/index.js';

@Entity({ name: 'latchkey_account' })
@Index('latchkey_account_name', ['name'], { unique: true })
@Check('latchkey_account_id_length', `length("id") = 32`)
export class Account {
  /** 32 lower-case hex characters. */
  @PrimaryColumn({ name: 'id', type: 'varchar', length: 32, primaryKeyConstraintName: 'latchkey_account_pk' })
  id!: string;

  @Column({ name: 'name', type: 'varchar', length: 255 })
  name!: string;

  @Column(moment({ name: 'created_at' }))
  createdAt!: Date;

  @Column(moment({ name: 'updated_at' }))
  updatedAt!: Date;
}
