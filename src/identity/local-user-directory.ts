/** The user directory over our own users table. */
import { Injectable } from '@nestjs/common';
import { Transactor, UserDirectory, findRow, type DirectoryUser } from '../core/index.js';
import { User } from './user.entity.js';

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
}

function directoryUser({ id, email, name, admin, blocked, approved }: User): DirectoryUser {
  const standing = blocked ? 'blocked' : approved ? 'active' : 'unapproved';
  return { id, email, name, admin, standing };
}
