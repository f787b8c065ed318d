/** The table of groups: sets of users that have a name, and give no rights. */
import { Check, Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { timestampColumn, type LockKey } from '../../core/index.js';

/** A named set of Latchkey's own users. */
@Entity({ name: 'latchkey_group' })
@Check('latchkey_group_id_range', `"id" >= 1000`)
class LatchkeyGroup {
  static readonly lock: LockKey<'id'> = { kind: 'group', columns: ['id'] };

  /** Starts at 1000; never reused. */
  @PrimaryGeneratedColumn('increment', { name: 'id', type: 'integer', primaryKeyConstraintName: 'latchkey_group_pk' })
  id!: number;

  /** Unique as people read it; the forms are in the table of taken names. */
  @Column({ name: 'name', type: 'varchar', length: 255 })
  name!: string;

  /** At most 1,000 characters; may be empty. */
  @Column({ name: 'description', type: 'varchar', length: 1000 })
  description!: string;

  @Column(timestampColumn({ name: 'created_at' }))
  createdAt!: Date;

  @Column(timestampColumn({ name: 'updated_at' }))
  updatedAt!: Date;
}

export { LatchkeyGroup as Group };
