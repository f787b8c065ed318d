/** The table of users: people or robots that own tokens and can sign in. */
import { Check, Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import { timestampColumn, type LockKey } from '../core/index.js';

/** One of Latchkey's own users. */
@Entity({ name: 'latchkey_user' })
@Index('latchkey_user_email', ['emailKey'], { unique: true })
@Index('latchkey_user_name', ['name', 'id'])
@Index('latchkey_user_created', ['createdAt', 'id'])
@Index('latchkey_user_last_login', ['lastLoginAt', 'id'])
@Check('latchkey_user_id_range', `"id" >= 1000`)
@Check('latchkey_user_password_length', `"password_hash" IS NULL OR length("password_hash") = 60`)
class LatchkeyUser {
  static readonly lock: LockKey<'id'> = { kind: 'user', columns: ['id'] };

  /** Starts at 1000; never reused. */
  @PrimaryGeneratedColumn('increment', { name: 'id', type: 'integer', primaryKeyConstraintName: 'latchkey_user_pk' })
  id!: number;

  /** As entered. */
  @Column({ name: 'email', type: 'varchar', length: 254 })
  email!: string;

  /** The key by which addresses are unique: {@link emailKeyOf}. */
  @Column({ name: 'email_key', type: 'varchar', length: 254, select: false })
  emailKey?: string;

  @Column({ name: 'name', type: 'varchar', length: 255 })
  name!: string;

  /** bcrypt; `null` for a user who cannot sign in with a password. Only selected on demand. */
  @Column({ name: 'password_hash', type: 'varchar', length: 60, nullable: true, select: false })
  passwordHash?: string | null;

  @Column({ name: 'admin', type: 'boolean' })
  admin!: boolean;

  @Column({ name: 'approved', type: 'boolean' })
  approved!: boolean;

  @Column({ name: 'blocked', type: 'boolean' })
  blocked!: boolean;

  @Column(timestampColumn({ name: 'created_at' }))
  createdAt!: Date;

  @Column(timestampColumn({ name: 'updated_at' }))
  updatedAt!: Date;

  @Column(timestampColumn({ name: 'last_login_at', nullable: true }))
  lastLoginAt!: Date | null;

  /** Failed logins before this are forgotten. Only selected on demand. */
  @Column(timestampColumn({ name: 'locks_cleared_at', nullable: true, select: false }))
  locksClearedAt?: Date | null;
}

export { LatchkeyUser as User };
