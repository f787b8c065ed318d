/** The table of names that are in use or reserved, and of what they look like. */
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { timestampColumn } from '../../core/index.js';

const primaryKeyConstraintName = 'latchkey_taken_name_pk';

/** What a name belongs to. */
export type NameScope = 'account' | 'email' | 'group';

/** One form of a name. Each name has several: its key, and what it looks like in small and in capital letters. */
@Entity({ name: 'latchkey_taken_name' })
@Index('latchkey_taken_name_owner', ['scope', 'owner'])
@Index('latchkey_taken_name_freed', ['freedAt'], { where: `"freed_at" IS NOT NULL` })
class LatchkeyTakenName {
  @PrimaryColumn({ name: 'scope', type: 'varchar', length: 16, primaryKeyConstraintName })
  scope!: NameScope;

  /** `name:` or `look:`, and the SHA-256 of the form in hex. */
  @PrimaryColumn({ name: 'key', type: 'varchar', length: 80, primaryKeyConstraintName })
  key!: string;

  /** The id of the account, user or group. */
  @Column({ name: 'owner', type: 'varchar', length: 32 })
  owner!: string;

  /** Since when the owner no longer has the name, which stays reserved for a while; `null` while it is in use. */
  @Column(timestampColumn({ name: 'freed_at', nullable: true }))
  freedAt!: Date | null;
}

export { LatchkeyTakenName as TakenName };
