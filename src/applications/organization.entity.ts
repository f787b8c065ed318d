/** The table of the settings that all applications of an account share. */
import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { jsonColumn, timestampColumn, type LockKey } from '../core/index.js';
import type { JsonObject } from './application.entity.js';

/** What happens to a token that has not been used for long. */
export type InactivityAction = 'disable' | 'delete';

/** The settings of one account; there is no row until they are made. */
@Entity({ name: 'latchkey_organization' })
@Index('latchkey_organization_auth_domain', ['authDomain'], { unique: true })
@Check('latchkey_organization_inactivity', `("inactivity_days" IS NULL) = ("inactivity_action" IS NULL)`)
@Check('latchkey_organization_days', `"inactivity_days" >= 1`)
@Check('latchkey_organization_action', `"inactivity_action" = 'disable' OR "inactivity_action" = 'delete'`)
class LatchkeyOrganization {
  static readonly lock: LockKey<'accountId'> = { kind: 'organization', columns: ['accountId'] };

  @PrimaryColumn({
    name: 'account_id',
    type: 'varchar',
    length: 32,
    primaryKeyConstraintName: 'latchkey_organization_pk',
  })
  accountId!: string;

  @Column({ name: 'name', type: 'varchar', length: 350 })
  name!: string;

  /** The host of its logins and of the keys of its proofs, in lower case. */
  @Column({ name: 'auth_domain', type: 'varchar', length: 253 })
  authDomain!: string;

  /** Whether {@link inactivityAction} is taken. */
  @Column({ name: 'inactivity_enabled', type: 'boolean' })
  inactivityEnabled!: boolean;

  /** Days without use after which a token counts as inactive; `null` as long as nothing is said. */
  @Column({ name: 'inactivity_days', type: 'integer', nullable: true })
  inactivityDays!: number | null;

  @Column({ name: 'inactivity_action', type: 'varchar', length: 16, nullable: true })
  inactivityAction!: InactivityAction | null;

  /** What else was given. It is shown again and decides nothing. */
  @Column(jsonColumn({ name: 'extra' }))
  extra!: JsonObject;

  @Column(timestampColumn({ name: 'created_at' }))
  createdAt!: Date;

  @Column(timestampColumn({ name: 'updated_at' }))
  updatedAt!: Date;
}

export { LatchkeyOrganization as Organization };
