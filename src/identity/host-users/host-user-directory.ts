/** The users of a host whose ids are texts: UUIDs, numbers of 64 bits, or anything else. */
import {
  SYSTEM,
  UnitOfWork,
  UserDirectory,
  isStorableText,
  type DirectoryUser,
  type Transaction,
  type WorkUnit,
} from '../../core/index.js';
import { HOST_ID_MAX } from './user-number.entity.js';
import type { UserNumbers } from './user-numbers.js';

/** A user as the host knows them. */
export interface HostUser extends Omit<DirectoryUser, 'id' | 'hostId'> {
  /** 1 to 255 characters, compared as they are written. It must never be given to somebody else. */
  readonly id: string;
}

/**
 * A directory over the host's own ids. Rows of this server refer to a user by a number that it gives. Dialects
 * whose ids of users are integers show that number; everything else shows the id of the host.
 *
 * A subclass finds the users, and injects {@link UserNumbers} for this class.
 */
export abstract class HostUserDirectory extends UserDirectory {
  constructor(private readonly numbers: UserNumbers) {
    super();
  }

  /** The user, or `null` if they do not exist (any more). */
  abstract findUser(id: string): Promise<HostUser | null>;

  /** The user with this e-mail address, ignoring case, or `null`. */
  abstract findUserByEmail(email: string): Promise<HostUser | null>;

  /**
   * The user, for a change that relies on them: read by `transaction.manager`, and locked if possible. Only then can a
   * user get a token in the transaction that creates them. The default calls {@link findUser}.
   */
  lockUser(_transaction: Transaction, id: string): Promise<HostUser | null> {
    return this.findUser(id);
  }

  override readonly userIdForm: string = `as the host has it, 1 to ${String(HOST_ID_MAX)} characters`;

  override isUserId(text: string): boolean {
    return isStorableText(text, 1, HOST_ID_MAX);
  }

  override async find(userId: number): Promise<DirectoryUser | null> {
    const id = await this.numbers.idOf(userId);
    return id === null ? null : asDirectoryUser(userId, await this.findUser(id));
  }

  override async findByEmail(email: string): Promise<DirectoryUser | null> {
    const user = await this.findUserByEmail(email);
    return user && asDirectoryUser(await this.numbers.give(user.id), user);
  }

  override async lockShared(tx: Transaction, userId: number): Promise<DirectoryUser | null> {
    const id = await this.numbers.idOf(userId, tx.manager);
    return id === null ? null : asDirectoryUser(userId, await this.lockUser(tx, id));
  }

  override async numberOf(hostId: string, unit: WorkUnit): Promise<number | null> {
    // Another transaction would wait for one of the host on SQLite, and not see its rows.
    if (unit instanceof UnitOfWork) {
      const known = await this.numbers.numberOf(hostId);
      if (known !== null) return known;
      const user = await this.findUser(hostId);
      return user && this.numbers.give(user.id);
    }
    return unit.write(SYSTEM, async (tx) => {
      const known = await this.numbers.numberOf(hostId, tx.manager);
      if (known !== null) return known;
      const user = await this.lockUser(tx, hostId);
      return user && this.numbers.give(user.id, tx.manager);
    });
  }

  override idsOf(numbers: readonly number[], unit: WorkUnit): Promise<ReadonlyMap<number, string>> {
    return unit.read((manager) => this.numbers.idsOf(numbers, manager));
  }
}

function asDirectoryUser(id: number, user: HostUser | null): DirectoryUser | null {
  return user && { ...user, id, hostId: user.id };
}
