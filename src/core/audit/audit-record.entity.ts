/** The table of the audit log, with one row for every change, and one for failed logins that are alike. */
import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import { jsonColumn, timestampColumn } from '../database/columns.js';

/** A row of the audit log, written in the transaction of the change that it records. */
@Entity({ name: 'latchkey_audit' })
@Index('latchkey_audit_created', ['createdAt', 'id'])
@Index('latchkey_audit_target', ['targetType', 'targetId', 'id'])
@Index('latchkey_audit_type', ['targetType', 'id'])
@Index('latchkey_audit_author', ['authorId', 'id'])
// Partial indexes: most rows have one of these columns only.
@Index('latchkey_audit_account', ['accountId', 'id'], { where: `"account_id" IS NOT NULL` })
@Index('latchkey_audit_user', ['userId', 'id'], { where: `"user_id" IS NOT NULL` })
@Index('latchkey_audit_aggregate', ['aggregateKey'], { unique: true, where: `"aggregate_key" IS NOT NULL` })
class LatchkeyAuditRecord {
  /** Increases with every row; rows are ordered by it. */
  @PrimaryGeneratedColumn('increment', { name: 'id', type: 'integer', primaryKeyConstraintName: 'latchkey_audit_pk' })
  id!: number;

  @Column(timestampColumn({ name: 'created_at' }))
  createdAt!: Date;

  /** The change's `type`, for example `token.issued`. */
  @Column({ name: 'action', type: 'varchar', length: 64 })
  action!: string;

  @Column({ name: 'author_id', type: 'integer', nullable: true })
  authorId!: number | null;

  @Column({ name: 'author_name', type: 'varchar', length: 255, nullable: true })
  authorName!: string | null;

  /** The token that authenticated the author. */
  @Column({ name: 'author_token_id', type: 'varchar', length: 36, nullable: true })
  authorTokenId!: string | null;

  @Column({ name: 'ip_address', type: 'varchar', length: 64, nullable: true })
  ipAddress!: string | null;

  /** Id of the request that made the change: the `X-Request-Id` of its answer. */
  @Column({ name: 'request_id', type: 'varchar', length: 128, nullable: true })
  requestId!: string | null;

  /** `token`, `user`, `account`, `membership` or `server`. */
  @Column({ name: 'target_type', type: 'varchar', length: 32 })
  targetType!: string;

  @Column({ name: 'target_id', type: 'varchar', length: 255, nullable: true })
  targetId!: string | null;

  @Column({ name: 'target_name', type: 'varchar', length: 1000, nullable: true })
  targetName!: string | null;

  @Column({ name: 'account_id', type: 'varchar', length: 32, nullable: true })
  accountId!: string | null;

  /** The user whom the change concerns: who was changed, or whose token, login or membership was. */
  @Column({ name: 'user_id', type: 'integer', nullable: true })
  userId!: number | null;

  /** The `User-Agent` of the request: the first 200 characters, in printable ASCII. */
  @Column({ name: 'user_agent', type: 'varchar', length: 200, nullable: true })
  userAgent!: string | null;

  /**
   * The same for all events that this row stands for: 64 hex characters. `null` for a row that stands for one. Author,
   * network address and request are those of the first event.
   */
  @Column({ name: 'aggregate_key', type: 'varchar', length: 64, nullable: true, select: false })
  aggregateKey?: string | null;

  /** For how many events it stands; `null` without an {@link aggregateKey}. */
  @Column({ name: 'occurrences', type: 'integer', nullable: true })
  occurrences!: number | null;

  /** When the last of them happened; the first happened at {@link createdAt}. */
  @Column(timestampColumn({ name: 'last_at', nullable: true }))
  lastAt!: Date | null;

  /** Further facts, never a secret. */
  @Column(jsonColumn({ name: 'details' }))
  details!: Record<string, unknown>;
}

export { LatchkeyAuditRecord as AuditRecord };
