/** The table of deleted accounts, users and groups whose rows have not all been removed yet. */
import { Entity, PrimaryColumn } from 'typeorm';

const primaryKeyConstraintName = 'latchkey_removed_owner_pk';

/** An owner that is gone: tokens of such an account are not accepted, although they are still there. */
@Entity({ name: 'latchkey_removed_owner' })
class LatchkeyRemovedOwner {
  @PrimaryColumn({ name: 'kind', type: 'varchar', length: 16, primaryKeyConstraintName })
  kind!: 'account' | 'user' | 'group';

  /** The id of the account, or that of the user or group as text. None is given a second time. */
  @PrimaryColumn({ name: 'id', type: 'varchar', length: 32, primaryKeyConstraintName })
  id!: string;
}

export { LatchkeyRemovedOwner as RemovedOwner };
