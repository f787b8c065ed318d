/** The token table, with the columns that all kinds of token have in common. */
import { Check, Column, Entity, Index, PrimaryColumn, TableInheritance, type IndexOptions } from 'typeorm';
import { timestampColumn, wordsColumn } from '../database/columns.js';
import type { LockKey } from '../database/locks.js';
import { SCOPES_LENGTH_MAX } from './scopes.js';

/** Keeps TypeORM from creating its own index on the discriminator: the index of the handle already begins with it. */
const NOT_THERE: IndexOptions & { readonly synchronize: false } = { synchronize: false };

/**
 * A token without its secret. Kinds are child entities (single-table inheritance, discriminator `kind`) that only add
 * their own columns; everything that verification needs is here.
 */
@Entity({ name: 'latchkey_token' })
@TableInheritance({ column: { name: 'kind', type: 'varchar', length: 32 } })
@Index('latchkey_token_kind', ['kind'], NOT_THERE)
@Index('latchkey_token_handle', ['kind', 'handleScope', 'handle'], { unique: true })
@Index('latchkey_token_digest', ['secretDigest'])
// Partial indexes: rows without a value in the column would each cost a write.
@Index('latchkey_token_previous_digest', ['previousSecretDigest'], { where: `"previous_secret_digest" IS NOT NULL` })
@Index('latchkey_token_user', ['userId', 'kind', 'createdAt', 'id'], { where: `"user_id" IS NOT NULL` })
@Index('latchkey_token_account', ['accountId', 'kind', 'createdAt', 'id'], { where: `"account_id" IS NOT NULL` })
@Index('latchkey_token_creator', ['createdBy', 'createdAt', 'id'], { where: `"created_by" IS NOT NULL` })
// All but logins, of which there are many, and which nobody lists together.
@Index('latchkey_token_age', ['createdAt', 'id'], { where: `"kind" <> 'session'` })
@Index('latchkey_token_expiry', ['kind', 'expiresAt'], { where: `"expires_at" IS NOT NULL` })
@Check('latchkey_token_handle_present', `length("handle") > 0`)
@Check('latchkey_token_digest_length', `"secret_digest" IS NULL OR length("secret_digest") = 64`)
// A handle of an account's own, which people may choose, can be all that a token has.
@Check('latchkey_token_digest_present', `"secret_digest" IS NOT NULL OR "handle_scope" <> ''`)
@Check('latchkey_token_previous_length', `"previous_secret_digest" IS NULL OR length("previous_secret_digest") = 64`)
@Check('latchkey_token_previous_ends', `"previous_secret_digest" IS NULL OR "previous_secret_expires_at" IS NOT NULL`)
@Check('latchkey_token_version', `"secret_version" >= 1`)
@Check('latchkey_token_owner', `"user_id" IS NOT NULL OR "account_id" IS NOT NULL`)
abstract class LatchkeyToken {
  static readonly lock: LockKey<'id'> = { kind: 'token', columns: ['id'] };

  /** Has the form of a UUID v4, in lower case. */
  @PrimaryColumn({ name: 'id', type: 'varchar', length: 36, primaryKeyConstraintName: 'latchkey_token_pk' })
  id!: string;

  /** The discriminator value of its class, for example `session`. */
  @Column({ name: 'kind', type: 'varchar', length: 32, update: false })
  readonly kind!: string;

  /** The public part that identifies the token; unique within kind and {@link handleScope}. */
  @Column({ name: 'handle', type: 'varchar', length: 255 })
  handle!: string;

  /** `''` if the kind's handles are globally unique; the account id if they are unique within an account. */
  @Column({ name: 'handle_scope', type: 'varchar', length: 32 })
  handleScope!: string;

  /** SHA-256 of the secret, 64 hex characters. Only selected on demand. */
  @Column({ name: 'secret_digest', type: 'varchar', length: 64, nullable: true, select: false })
  secretDigest?: string | null;

  /** SHA-256 of the secret before the last rotation, while it is still accepted. */
  @Column({ name: 'previous_secret_digest', type: 'varchar', length: 64, nullable: true, select: false })
  previousSecretDigest?: string | null;

  /** Until when (exclusive) the previous secret is accepted. */
  @Column(timestampColumn({ name: 'previous_secret_expires_at', nullable: true }))
  previousSecretExpiresAt!: Date | null;

  /** When its secret was last rotated; `null` if it never was, or before this was kept. */
  @Column(timestampColumn({ name: 'rotated_at', nullable: true }))
  rotatedAt!: Date | null;

  /** Starts at 1 and increases with every rotation. */
  @Column({ name: 'secret_version', type: 'integer' })
  secretVersion!: number;

  /** Its name or description, for people. */
  @Column({ name: 'label', type: 'varchar', length: 1000 })
  label!: string;

  /** The tenant it belongs to, 32 hex characters. */
  @Column({ name: 'account_id', type: 'varchar', length: 32, nullable: true })
  accountId!: string | null;

  /** The user it acts for. */
  @Column({ name: 'user_id', type: 'integer', nullable: true })
  userId!: number | null;

  /**
   * What it may be used for, in the words of applications: sorted, each once, never empty. `null` for a token without
   * scopes: it holds none, and is not limited to any (docs/decisions/0061).
   */
  @Column(wordsColumn({ name: 'scopes', length: SCOPES_LENGTH_MAX, nullable: true }))
  scopes!: readonly string[] | null;

  /** A disabled token is kept but not accepted. */
  @Column({ name: 'enabled', type: 'boolean' })
  enabled!: boolean;

  @Column(timestampColumn({ name: 'created_at' }))
  createdAt!: Date;

  /**
   * The id, as text, of the user on whose behalf it was issued; `null` if the server issued it by itself. It is kept
   * when the user is deleted, so there is no foreign key.
   */
  @Column({ name: 'created_by', type: 'varchar', length: 255, nullable: true, update: false })
  createdBy!: string | null;

  @Column(timestampColumn({ name: 'updated_at' }))
  updatedAt!: Date;

  /** When it expires: from this time on (inclusive) it is not accepted. `null` means never. */
  @Column(timestampColumn({ name: 'expires_at', nullable: true }))
  expiresAt!: Date | null;

  /** When it was last used, accurate to about a minute. */
  @Column(timestampColumn({ name: 'last_seen_at', nullable: true }))
  lastSeenAt!: Date | null;

  /** When the previous secret was last used during the current or last overlap, accurate to about a minute. */
  @Column(timestampColumn({ name: 'previous_last_seen_at', nullable: true }))
  previousLastSeenAt!: Date | null;

  /** Network address of the last use; `null` if it is unknown or not recorded (`LAST_USE_ADDRESSES`). */
  @Column({ name: 'last_seen_address', type: 'varchar', length: 64, nullable: true })
  lastSeenAddress!: string | null;

  /** User agent of the last use: the first 200 characters, in printable ASCII. */
  @Column({ name: 'last_seen_agent', type: 'varchar', length: 200, nullable: true })
  lastSeenAgent!: string | null;

  /** The same for the last use of the previous secret. */
  @Column({ name: 'previous_last_seen_address', type: 'varchar', length: 64, nullable: true })
  previousLastSeenAddress!: string | null;

  @Column({ name: 'previous_last_seen_agent', type: 'varchar', length: 200, nullable: true })
  previousLastSeenAgent!: string | null;
}

export { LatchkeyToken as Token };
