/** What the server remembers about itself: a few named values. */
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity({ name: 'latchkey_setting' })
export class Setting {
  @PrimaryColumn({ name: 'name', type: 'varchar', length: 64, primaryKeyConstraintName: 'latchkey_setting_pk' })
  name!: string;

  @Column({ name: 'value', type: 'text' })
  value!: string;
}
