/** A session token, which a login creates; it lives for hours and is not listed. */
import { Check, ChildEntity, Column } from 'typeorm';
import { Token } from '../core/index.js';

/** The session of a login. Its secret is shown when it is created, and it ends at `expiresAt`. */
@ChildEntity('session')
@Check('latchkey_token_session', `"kind" <> 'session' OR ("expires_at" IS NOT NULL AND "audience" IS NOT NULL)`)
export class SessionToken extends Token {
  declare userId: number;

  /** Where it is accepted: {@link USER_AUDIENCE}, or the name of the only dialect that accepts it. */
  @Column({ name: 'audience', type: 'varchar', length: 32, nullable: true })
  audience!: string;

  /** The personal token that it was created with, and ends with. */
  @Column({ name: 'parent_id', type: 'varchar', length: 36, nullable: true })
  parentId!: string | null;
}

/** Audience of logins that act for the user wherever a user's token is accepted. */
export const USER_AUDIENCE = 'user';
