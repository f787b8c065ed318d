/** The table of users that came from other servers, so that importing them once more finds them again. */
import { Column, Entity, PrimaryColumn } from 'typeorm';

const primaryKeyConstraintName = 'latchkey_imported_user_pk';

/** The row stays when the user is deleted, so that importing does not bring them back. */
@Entity({ name: 'latchkey_imported_user' })
class LatchkeyImportedUser {
  /** The name that whoever imported gave the other server. */
  @PrimaryColumn({ name: 'origin', type: 'varchar', length: 64, primaryKeyConstraintName })
  origin!: string;

  /** What identifies the user there. */
  @PrimaryColumn({ name: 'foreign_id', type: 'varchar', length: 255, primaryKeyConstraintName })
  foreignId!: string;

  /** The id of the user here. */
  @Column({ name: 'user_id', type: 'integer' })
  userId!: number;
}

export { LatchkeyImportedUser as ImportedUser };
