/** The table of the keys that sign assertions. */
import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { jsonColumn, timestampColumn } from '../core/index.js';

/** A public RSA key as it is published (RFC 7517, RFC 7518 §6.3). */
export interface PublicKey {
  readonly kid: string;
  readonly kty: 'RSA';
  readonly alg: 'RS256';
  readonly use: 'sig';
  readonly e: string;
  readonly n: string;
}

/** A key pair. It signs from its {@link signsFrom} until that of its successor. */
@Entity({ name: 'latchkey_signing_key' })
@Index('latchkey_signing_key_kid', ['kid'], { unique: true })
@Check('latchkey_signing_key_kid_length', `length("kid") = 64`)
class LatchkeySigningKey {
  /** 1, 2, 3 and so on: of two instances that make the next key at once, one finds the number taken. */
  @PrimaryColumn({ name: 'sequence', type: 'integer', primaryKeyConstraintName: 'latchkey_signing_key_pk' })
  sequence!: number;

  /** The id of the key: the SHA-256 of its public part (RFC 7638), 64 lower-case hex characters. */
  @Column({ name: 'kid', type: 'varchar', length: 64 })
  kid!: string;

  @Column(jsonColumn({ name: 'public_key' }))
  publicKey!: PublicKey;

  /** An X.509 certificate of the public key, signed by itself, in PEM. */
  @Column({ name: 'certificate', type: 'text' })
  certificate!: string;

  /** PKCS #8 in PEM, or that as a compact JWE (RFC 7516), `dir` with `A256GCM`, if `ASSERTION_KEY` is set. */
  @Column({ name: 'private_key', type: 'text' })
  privateKey!: string;

  @Column(timestampColumn({ name: 'signs_from' }))
  signsFrom!: Date;

  @Column(timestampColumn({ name: 'created_at' }))
  createdAt!: Date;
}

export { LatchkeySigningKey as SigningKey };
