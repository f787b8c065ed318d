/** The users, as far as tokens need them; a host can provide its own directory. */
import { INTEGER_MAX } from './database/columns.js';
import type { Transaction } from './database/transaction.js';
import type { WorkUnit } from './database/unit-of-work.js';

/** A user as the token authority sees them. */
export interface DirectoryUser {
  /** Whole number from 1 to 2,147,483,647; Latchkey's own users have ids from 1000 up. */
  readonly id: number;
  /** The id by which the host knows them, and which is shown, if it is not this number. */
  readonly hostId?: string | undefined;
  readonly email: string;
  readonly name: string;
  /** Administrators manage the tokens of all users and all accounts. */
  readonly admin: boolean;
  /** Only tokens of active users are accepted. */
  readonly status: 'active' | 'blocked' | 'unapproved';
}

/** The id of a user as everybody sees it; only dialects whose ids are integers show the number. */
export function shownIdOf({ id, hostId }: Pick<DirectoryUser, 'id' | 'hostId'>): string {
  return hostId ?? String(id);
}

const USER_NUMBER = /^[1-9]\d{0,9}$/;

/** Finds users. Also the injection token under which a host provides its own directory. */
export abstract class UserDirectory {
  /**
   * Whether every change to a user is delivered by the `EventBus` as a change with their `userId`. Only then are users
   * cached; otherwise every verification asks the directory.
   */
  readonly announcesChanges: boolean = false;

  /** What ids of users look like, for errors: “give the id of a user, …”. */
  readonly userIdForm: string = 'a whole number';

  /** Whether a text can be the id of a user, as others know them. */
  isUserId(text: string): boolean {
    return USER_NUMBER.test(text);
  }

  /** The user, or `null` if the user does not exist (any more). */
  abstract find(userId: number): Promise<DirectoryUser | null>;

  /** The user with this e-mail address, ignoring case, or `null`. */
  abstract findByEmail(email: string): Promise<DirectoryUser | null>;

  /** Those of these users that exist. */
  async findMany(userIds: readonly number[]): Promise<DirectoryUser[]> {
    const found = await Promise.all([...new Set(userIds)].map((id) => this.find(id)));
    return found.flatMap((user) => user ?? []);
  }

  /**
   * The number of the user whom others know by this id; `null` if there is no such user. The default is for directories
   * whose ids are the numbers.
   * @param _unit - of a transaction, in which the user may just have been created
   */
  numberOf(shownId: string, _unit: WorkUnit): Promise<number | null> {
    const number = USER_NUMBER.test(shownId) ? Number(shownId) : Infinity;
    return Promise.resolve(number <= INTEGER_MAX ? number : null);
  }

  /** The ids by which others know these users. */
  idsOf(numbers: readonly number[], _unit: WorkUnit): Promise<ReadonlyMap<number, string>> {
    return Promise.resolve(new Map(numbers.map((number) => [number, String(number)])));
  }

  /**
   * The user, for a change that relies on them. If possible, the directory locks the user until the transaction ends,
   * by reading through `transaction.manager`. The default calls `find`. Neither may wait for anything but the database:
   * on SQLite, all other writers wait until it returns, including the host, whose driver may block its event loop.
   */
  lockShared(_transaction: Transaction, userId: number): Promise<DirectoryUser | null> {
    return this.find(userId);
  }
}
