/** A session token, which a login creates; it lives for hours or days. */
import { Check, ChildEntity, Column, Index } from 'typeorm';
import { Token, timestampColumn } from '../core/index.js';

/** The session of a login. Its secret is shown when it is created, and it ends at `expiresAt`. */
@ChildEntity('session')
@Index('latchkey_token_subject', ['subjectId'], { where: `"subject_id" IS NOT NULL` })
@Check('latchkey_token_session', `"kind" <> 'session' OR ("expires_at" IS NOT NULL AND "audience" IS NOT NULL)`)
class LatchkeySessionToken extends Token {
  declare userId: number;

  /** Where it is accepted: {@link USER_AUDIENCE}, or the name of the only dialect that accepts it. */
  @Column({ name: 'audience', type: 'varchar', length: 32, nullable: true })
  audience!: string;

  /** The personal token that it was created with, and ends with. */
  @Column({ name: 'parent_id', type: 'varchar', length: 36, nullable: true })
  parentId!: string | null;

  /**
   * The token for whose holder it was opened, and ends with. Such a login is not one of the user: it may do less than
   * they may, and says nothing about who presents it.
   */
  @Column({ name: 'subject_id', type: 'varchar', length: 36, nullable: true })
  subjectId!: string | null;

  /**
   * Shared by the logins that were exchanged one for the next. Only selected on demand, as verification has no use for
   * it. `null` in rows of an older version's instances: the login is a family of its own.
   */
  @Column({ name: 'family_id', type: 'varchar', length: 36, nullable: true, select: false })
  familyId?: string | null;

  /** When the first login of the family was made. Only selected on demand. `null` where {@link familyId} is. */
  @Column(timestampColumn({ name: 'family_began_at', nullable: true, select: false }))
  familyBeganAt?: Date | null;
}

/** Audience of logins that act for the user wherever a user's token is accepted. */
export const USER_AUDIENCE = 'user';

export { LatchkeySessionToken as SessionToken };
