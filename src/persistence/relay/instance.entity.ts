/** Instances that may answer from memory: each has a row for as long as it receives changes. PostgreSQL only. */
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity({ name: 'latchkey_instance' })
class LatchkeyInstance {
  /** A UUID; an instance takes a new one each time it starts listening. */
  @PrimaryColumn({ name: 'id', type: 'varchar', length: 36, primaryKeyConstraintName: 'latchkey_instance_pk' })
  id!: string;

  /** Incremented with each renewal of the lease, which shows the other instances that this one is alive. */
  @Column({ name: 'renewals', type: 'integer' })
  renewals!: number;

  /** Whether its lease can no longer be renewed. */
  @Column({ name: 'fenced', type: 'boolean' })
  fenced!: boolean;

  /** How long after a renewal it may answer from memory, in milliseconds: its own setting, not the reader's. */
  @Column({ name: 'trust_ms', type: 'integer', default: 42_000 })
  trustMs!: number;
}

export { LatchkeyInstance as Instance };
