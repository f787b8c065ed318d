/** The first steps of every route below `users/:id`: is it an integer, may the caller, does the user exist. */
import { Injectable } from '@nestjs/common';
import { DomainError, UserDirectory, type DirectoryUser } from '../../core/index.js';
import { UserService, type Principal, type User } from '../../identity/index.js';
import { CanvusError } from './canvus.errors.js';
import { PERMISSION_DENIED, notAnInteger } from './canvus.messages.js';

/** The largest id the database can hold. */
const MAX_ID = 2_147_483_647;

@Injectable()
export class UserScope {
  constructor(
    private readonly users: UserService,
    private readonly directory: UserDirectory,
  ) {}

  /**
   * The user a path names, for himself or an administrator.
   * @throws CanvusError 400, 403; DomainError `user_not_found`
   */
  ownOrAny(caller: Principal, id: string): Promise<User> {
    return this.find(id, (userId) => caller.user.admin || caller.user.id === userId);
  }

  /** The same, for administrators. */
  asAdmin(caller: Principal, id: string): Promise<User> {
    return this.find(id, () => caller.user.admin);
  }

  /** The same, for everybody who is signed in. */
  anybody(id: string): Promise<User> {
    return this.find(id, () => true);
  }

  /**
   * The owner of tokens that a path names, wherever users are kept, for himself or an administrator.
   * @throws CanvusError 400, 403; DomainError `user_not_found`
   */
  async owner(caller: Principal, id: string): Promise<DirectoryUser> {
    const userId = this.permitted(id, (named) => caller.user.admin || caller.user.id === named);
    const owner = await this.directory.find(userId);
    if (!owner) throw unknownUser(id);
    return owner;
  }

  private async find(text: string, isPermitted: (userId: number) => boolean): Promise<User> {
    return this.users.get(this.permitted(text, isPermitted));
  }

  private permitted(text: string, isPermitted: (userId: number) => boolean): number {
    if (!/^-?\d+$/.test(text)) throw new CanvusError(400, notAnInteger(text));
    const id = Number(text);
    if (!isPermitted(id)) throw new CanvusError(403, PERMISSION_DENIED);
    if (id < 1 || id > MAX_ID) throw unknownUser(text);
    return id;
  }
}

function unknownUser(text: string): DomainError {
  return new DomainError('user_not_found', `User ${text.slice(0, 100)} not found`);
}
