/** The table of people who sign in by OpenID Connect: who at the provider is which user here. */
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { timestampColumn } from '../../core/index.js';

const primaryKeyConstraintName = 'latchkey_openid_binding_pk';

/** Providers identify people by issuer and subject; addresses can change hands (OpenID Connect Core §5.7). */
@Entity({ name: 'latchkey_openid_binding' })
@Index('latchkey_openid_binding_user', ['userId', 'issuer'], { unique: true })
class LatchkeyOpenIdBinding {
  /** The claim `iss`. */
  @PrimaryColumn({ name: 'issuer', type: 'varchar', length: 255, primaryKeyConstraintName })
  issuer!: string;

  /** The claim `sub`. */
  @PrimaryColumn({ name: 'subject', type: 'varchar', length: 255, primaryKeyConstraintName })
  subject!: string;

  /** The user here; for each provider they are one person there. */
  @Column({ name: 'user_id', type: 'integer' })
  userId!: number;

  @Column(timestampColumn({ name: 'created_at' }))
  createdAt!: Date;
}

export { LatchkeyOpenIdBinding as OpenIdBinding };
