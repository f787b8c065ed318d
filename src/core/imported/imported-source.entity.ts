/** The table of what the secrets of imported tokens were hashed with on the servers that they come from. */
import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import { timestampColumn } from '../database/columns.js';

/** One way of hashing: an algorithm, with the salt of a whole server or the key of an HMAC where it has one. */
@Entity({ name: 'latchkey_imported_source' })
@Index('latchkey_imported_source_key', ['algorithm', 'key'], { unique: true })
class LatchkeyImportedSource {
  @PrimaryGeneratedColumn('increment', {
    name: 'id',
    type: 'integer',
    primaryKeyConstraintName: 'latchkey_imported_source_pk',
  })
  id!: number;

  /** An `ImportedAlgorithm`. */
  @Column({ name: 'algorithm', type: 'varchar', length: 32 })
  algorithm!: string;

  /** The salt, the key in base64, or `''` where each hash has a salt of its own or none. */
  @Column({ name: 'key', type: 'varchar', length: 512 })
  key!: string;

  @Column(timestampColumn({ name: 'created_at' }))
  createdAt!: Date;
}

export { LatchkeyImportedSource as ImportedSource };
