/** An answer that is given again to a repeated request (docs/decisions/0058). */
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { timestampColumn } from '../../../core/index.js';

@Entity({ name: 'latchkey_idempotent_answer' })
@Index('latchkey_idempotent_answer_created', ['createdAt'])
class LatchkeyIdempotentAnswer {
  /** SHA-256 of the user's id and the key, 64 hex characters. */
  @PrimaryColumn({
    name: 'id',
    type: 'varchar',
    length: 64,
    primaryKeyConstraintName: 'latchkey_idempotent_answer_pk',
  })
  id!: string;

  /** From which, with the key, the keys of this row are derived: 32 hex characters. */
  @Column({ name: 'salt', type: 'varchar', length: 32 })
  salt!: string;

  /** HMAC of method, path and body, 64 hex characters. */
  @Column({ name: 'request', type: 'varchar', length: 64 })
  request!: string;

  /** Encrypted, as base64; `null` while the first request is running. */
  @Column({ name: 'answer', type: 'text', nullable: true })
  answer!: string | null;

  @Column(timestampColumn({ name: 'created_at' }))
  createdAt!: Date;
}

export { LatchkeyIdempotentAnswer as IdempotentAnswer };
