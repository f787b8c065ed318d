/** The table of tokens that came from other servers, and of the hashes by which their secrets are recognised. */
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * A token whose secret nobody here has seen yet has a random text in the place of its digest: the stand-in. The first
 * use replaces that by the digest. The row stays, so that importing the token once more does not bring it back after it
 * was revoked.
 */
@Entity({ name: 'latchkey_imported_token' })
@Index('latchkey_imported_token_verifier', ['sourceId', 'verifier'], { unique: true })
@Index('latchkey_imported_token_waiting', ['sourceId'], { where: '"waiting"' })
class LatchkeyImportedToken {
  /** The id of the token, which may have been removed since. */
  @PrimaryColumn({
    name: 'token_id',
    type: 'varchar',
    length: 36,
    primaryKeyConstraintName: 'latchkey_imported_token_pk',
  })
  tokenId!: string;

  /** The id of an `ImportedSource`. */
  @Column({ name: 'source_id', type: 'integer' })
  sourceId!: number;

  /** The hash of the secret, in the form of the algorithm. */
  @Column({ name: 'verifier', type: 'varchar', length: 512 })
  verifier!: string;

  /** What the token has in the place of its digest: 64 hex characters. */
  @Column({ name: 'stand_in', type: 'varchar', length: 64 })
  standIn!: string;

  /** Whether the secret has not been used here yet. */
  @Column({ name: 'waiting', type: 'boolean' })
  waiting!: boolean;
}

export { LatchkeyImportedToken as ImportedToken };
