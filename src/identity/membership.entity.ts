/** The table of memberships: the roles of users in accounts. */
import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { timestampColumn, type LockKey } from '../core/index.js';

/** `administrator` may do everything in the account, `read_only` may list and get. */
export type Role = (typeof ROLES)[number];

/** All roles. */
export const ROLES = ['administrator', 'read_only'] as const;

/** The role of one user in one account. */
@Entity({ name: 'latchkey_membership' })
@Index('latchkey_membership_pair', ['accountId', 'userId'], { unique: true })
@Index('latchkey_membership_user', ['userId', 'accountId'])
@Index('latchkey_membership_created', ['accountId', 'createdAt', 'id'])
@Check('latchkey_membership_role', `"role" = 'administrator' OR "role" = 'read_only'`)
class LatchkeyMembership {
  /** Locks by account and user, so that a membership can be locked before it exists. */
  static readonly lock: LockKey<'accountId' | 'userId'> = { kind: 'membership', columns: ['accountId', 'userId'] };

  /** 32 lower-case hex characters. */
  @PrimaryColumn({ name: 'id', type: 'varchar', length: 32, primaryKeyConstraintName: 'latchkey_membership_pk' })
  id!: string;

  @Column({ name: 'account_id', type: 'varchar', length: 32 })
  accountId!: string;

  @Column({ name: 'user_id', type: 'integer' })
  userId!: number;

  @Column({ name: 'role', type: 'varchar', length: 32 })
  role!: Role;

  @Column(timestampColumn({ name: 'created_at' }))
  createdAt!: Date;
}

export { LatchkeyMembership as Membership };
