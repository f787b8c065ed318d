/** The default user directory, over Latchkey's own users table. */
import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { Transactor, UserDirectory, findRow, type DirectoryUser, type Transaction } from '../core/index.js';
import { emailKeysOf } from './labels/email-address.js';
import { User } from './user.entity.js';

/** Users read by one statement. */
const USERS_AT_ONCE = 500;

@Injectable()
export class LocalUserDirectory extends UserDirectory {
  override readonly announcesChanges = true;

  constructor(private readonly transactor: Transactor) {
    super();
  }

  async find(userId: number): Promise<DirectoryUser | null> {
    const user = await this.transactor.read((manager) => findRow(manager, User, { id: userId }));
    return user && directoryUser(user);
  }

  async findByEmail(email: string): Promise<DirectoryUser | null> {
    for (const emailKey of emailKeysOf(email)) {
      const user = await this.transactor.read((manager) => findRow(manager, User, { emailKey }));
      if (user) return directoryUser(user);
    }
    return null;
  }

  override async findMany(userIds: readonly number[]): Promise<DirectoryUser[]> {
    const ids = [...new Set(userIds)];
    const users: User[] = [];
    // A statement takes a limited number of values.
    for (let at = 0; at < ids.length; at += USERS_AT_ONCE) {
      const some = ids.slice(at, at + USERS_AT_ONCE);
      users.push(...(await this.transactor.read((manager) => manager.findBy(User, { id: In(some) }))));
    }
    return users.map(directoryUser);
  }

  override async lockShared(tx: Transaction, userId: number): Promise<DirectoryUser | null> {
    const user = await tx.lockShared(User, { id: userId });
    return user && directoryUser(user);
  }
}

function directoryUser({ id, email, name, admin, blocked, approved }: User): DirectoryUser {
  const status = blocked ? 'blocked' : approved ? 'active' : 'unapproved';
  return { id, email, name, admin, status };
}
