/** The table of named values that the server stores about itself. */
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { LockKey } from '../core/index.js';

@Entity({ name: 'latchkey_setting' })
class LatchkeyServerValue {
  static readonly lock: LockKey<'name'> = { kind: 'setting', columns: ['name'] };

  @PrimaryColumn({ name: 'name', type: 'varchar', length: 64, primaryKeyConstraintName: 'latchkey_setting_pk' })
  name!: string;

  @Column({ name: 'value', type: 'text' })
  value!: string;
}

export { LatchkeyServerValue as ServerValue };
