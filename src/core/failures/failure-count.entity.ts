/** The table of failure counters, which instances share. PostgreSQL only: on SQLite they are in memory. */
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A bucket that is not empty yet. */
@Entity({ name: 'latchkey_failure_count' })
@Index('latchkey_failure_count_empty', ['emptyAt'])
class LatchkeyFailureCount {
  @PrimaryColumn({
    name: 'key',
    type: 'varchar',
    length: 100,
    primaryKeyConstraintName: 'latchkey_failure_count_pk',
  })
  key!: string;

  /** Milliseconds since 1970, with fractions. */
  @Column({ name: 'empty_at', type: 'double precision' })
  emptyAt!: number;
}

export { LatchkeyFailureCount as FailureCount };
