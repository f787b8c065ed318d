/** Who the users are, as far as tokens must know; a host may put its own users behind this. */

/** A user in the eyes of the token authority. */
export interface DirectoryUser {
  /** Integer from 1000 up. */
  readonly id: number;
  readonly email: string;
  readonly name: string;
  /** Administrators manage everybody's tokens and all accounts. */
  readonly admin: boolean;
  /** Only active users' tokens are accepted. */
  readonly standing: 'active' | 'blocked' | 'unapproved';
}

/** Finds users by id. Also the injection token under which a host provides its own directory. */
export abstract class UserDirectory {
  /**
   * Whether every change to a user is published as a change with his `userId`: only then may what was found be
   * remembered. Otherwise it is asked at every verification.
   */
  readonly announcesChanges: boolean = false;

  /** The user, or `null` when there is none (any more). */
  abstract find(userId: number): Promise<DirectoryUser | null>;
}
