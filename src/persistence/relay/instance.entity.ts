/** The instances that may answer from memory: one row for each, as long as it hears of changes. PostgreSQL only. */
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity({ name: 'latchkey_instance' })
export class Instance {
  /** A UUID, new whenever an instance begins to listen again. */
  @PrimaryColumn({ name: 'id', type: 'varchar', length: 36, primaryKeyConstraintName: 'latchkey_instance_pk' })
  id!: string;

  /** Goes up with every renewal of its lease: who watches sees whether it lives. */
  @Column({ name: 'renewals', type: 'integer' })
  renewals!: number;

  /** Its lease is not renewed any more. */
  @Column({ name: 'fenced', type: 'boolean' })
  fenced!: boolean;

  /** How long after a renewal it may answer from memory, in milliseconds: its own setting, not that of who reads it. */
  @Column({ name: 'trust_ms', type: 'integer', default: 42_000 })
  trustMs!: number;
}
