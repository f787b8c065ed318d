/** Who the users are, as far as tokens must know; a host may put its own users behind this. */
import type { Transaction } from './database/transaction.js';

/** A user in the eyes of the token authority. */
export interface DirectoryUser {
  /** Whole number from 1 to 2,147,483,647; Latchkey's own users have ids from 1000 up. */
  readonly id: number;
  readonly email: string;
  readonly name: string;
  /** Administrators manage everybody's tokens and all accounts. */
  readonly admin: boolean;
  /** Only active users' tokens are accepted. */
  readonly status: 'active' | 'blocked' | 'unapproved';
}

/** Finds users. Also the injection token under which a host provides its own directory. */
export abstract class UserDirectory {
  /**
   * Whether every change to a user is delivered by the `EventBus` as a change with his `userId`: only then may what was
   * found be remembered. Otherwise the directory is asked at every verification.
   */
  readonly announcesChanges: boolean = false;

  /** The user, or `null` when there is none (any more). */
  abstract find(userId: number): Promise<DirectoryUser | null>;

  /** The user with this e-mail address, without regard to case, or `null`. */
  abstract findByEmail(email: string): Promise<DirectoryUser | null>;

  /** Those of these users that there are. */
  async findMany(userIds: readonly number[]): Promise<DirectoryUser[]> {
    const found = await Promise.all([...new Set(userIds)].map((id) => this.find(id)));
    return found.flatMap((user) => user ?? []);
  }

  /**
   * The user, for a change that relies on them; a directory that can keeps them as they are until the transaction ends,
   * by asking `transaction.manager`. It must wait for nothing but the database, nor must `find`, by which it is done
   * unless overridden: on SQLite, all who write to the file wait meanwhile, the host too, and a host that waits in its
   * driver hears nothing else.
   */
  lockShared(_transaction: Transaction, userId: number): Promise<DirectoryUser | null> {
    return this.find(userId);
  }
}
