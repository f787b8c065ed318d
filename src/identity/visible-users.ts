/** Which users a caller may see: all, or those with whom they share an account. */
import { Inject, Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { LongReads, UnitOfWork, UserDirectory, type DirectoryUser, type SlicedQuery } from '../core/index.js';
import { AccountCount } from './account-count.js';
import { IDENTITY_OPTIONS, type IdentityOptions } from './options.js';
import { fewSharing, restrictToSharing, sharingAmong } from './shared-accounts.js';
import { userNotFound } from './user-row-lock.js';
import { UserService } from './user.service.js';
import { User } from './user.entity.js';

/** Who asks: their id, and whether they administer the server. */
export type Viewer = Pick<DirectoryUser, 'id' | 'admin'>;

/**
 * Administrators of the server see everybody. Others see themselves and the members of the accounts that they are members
 * of, or everybody if the setting says so; by default they do while there is one account.
 */
@Injectable()
export class VisibleUsers {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly reads: LongReads,
    private readonly users: UserService,
    private readonly directory: UserDirectory,
    private readonly accounts: AccountCount,
    @Inject(IDENTITY_OPTIONS) private readonly options: Pick<IdentityOptions, 'rights'>,
  ) {}

  /** Whether there may be users whom the viewer does not see. Synchronous if no database access is needed. */
  isRestricted({ admin }: Pick<Viewer, 'admin'>): boolean | Promise<boolean> {
    const { usersVisibleTo } = this.options.rights;
    if (admin || usersVisibleTo === 'everyone') return false;
    return usersVisibleTo === 'members' || this.accounts.isMoreThanOne();
  }

  /** The users that the viewer sees, by id, in batches. */
  async *all(viewer: Viewer, reader: number | null = viewer.id): AsyncGenerator<User[], void> {
    if (await this.isRestricted(viewer)) yield* this.reads.batches(reader, await this.seenBy(viewer.id));
    else yield* this.users.all(reader);
  }

  /** Those of some users that the viewer sees. */
  async some(viewer: Viewer, ids: readonly number[]): Promise<User[]> {
    const isRestricted = await this.isRestricted(viewer);
    return this.unitOfWork.read((manager) => {
      const query = manager.createQueryBuilder(User, 'row').where({ id: In([...ids]) });
      if (isRestricted) restrictToSharing(query, viewer.id);
      return query.getMany();
    });
  }

  /** The same in any directory, with what it says of them. */
  async people(viewer: Viewer, ids: readonly number[]): Promise<DirectoryUser[]> {
    const isRestricted = await this.isRestricted(viewer);
    if (!isRestricted) return this.directory.findMany(ids);
    const seen = await this.unitOfWork.read((manager) => sharingAmong(manager, viewer.id, ids));
    return this.directory.findMany(seen);
  }

  /**
   * One user.
   * @throws DomainError `user_not_found`, also for a user whom the viewer does not see
   */
  async get(viewer: Viewer, id: number): Promise<User> {
    const [user] = await this.some(viewer, [id]);
    if (!user) throw userNotFound(id);
    return user;
  }

  private async seenBy(userId: number): Promise<SlicedQuery<User>> {
    const few = await this.unitOfWork.read((manager) => fewSharing(manager, userId));
    return {
      entity: User,
      where: few && ((query) => query.andWhere({ id: In(few) })),
      filter: few
        ? undefined
        : (query) => {
            restrictToSharing(query, userId);
          },
      order: ['id'],
    };
  }
}
