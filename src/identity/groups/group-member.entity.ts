/** The table of the members of groups. */
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { timestampColumn } from '../../core/index.js';

/** One user in one group. */
@Entity({ name: 'latchkey_group_member' })
@Index('latchkey_group_member_pair', ['groupId', 'userId'], { unique: true })
@Index('latchkey_group_member_user', ['userId', 'groupId'])
class LatchkeyGroupMember {
  /** 32 lower-case hex characters. */
  @PrimaryColumn({ name: 'id', type: 'varchar', length: 32, primaryKeyConstraintName: 'latchkey_group_member_pk' })
  id!: string;

  @Column({ name: 'group_id', type: 'integer' })
  groupId!: number;

  @Column({ name: 'user_id', type: 'integer' })
  userId!: number;

  @Column(timestampColumn({ name: 'created_at' }))
  createdAt!: Date;
}

export { LatchkeyGroupMember as GroupMember };
