/** The users of a host who have been here: those that rows of this server can refer to. */
import { Injectable } from '@nestjs/common';
import { In, MoreThan } from 'typeorm';
import { UnitOfWork } from '../../core/index.js';
import { fewSharing, sharingAmong } from '../shared-accounts.js';
import type { Viewer } from '../visible-users.js';
import { UserNumber } from './user-number.entity.js';

@Injectable()
export class KnownPeople {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /**
   * The numbers of some of those whom the viewer administers, in the order in which they were given.
   * @param after - 0 for the first page
   * @returns `next` - where the next page begins; `undefined` at the end
   */
  async page(
    viewer: Viewer,
    after: number,
    limit: number,
  ): Promise<{ readonly ids: readonly number[]; readonly next: number | undefined }> {
    const rows = await this.unitOfWork.read(async (manager) => {
      const few = viewer.admin ? undefined : await fewSharing(manager, viewer.id, 'administrator');
      const among = few?.filter((id) => id > after);
      return manager.find(UserNumber, {
        select: { id: true },
        where: { id: among ? In(among) : MoreThan(after) },
        order: { id: 'ASC' },
        take: limit + 1,
      });
    });
    const found = rows.slice(0, limit).map(({ id }) => id);
    const next = rows.length > limit ? found.at(-1) : undefined;
    if (viewer.admin) return { ids: found, next };
    return { ids: await this.seenAmong(viewer, found), next };
  }

  /** Whether the viewer administers the user: themselves, or a member of an account of theirs. */
  async isSeen(viewer: Viewer, id: number): Promise<boolean> {
    return viewer.admin || viewer.id === id || (await this.seenAmong(viewer, [id])).length > 0;
  }

  private async seenAmong({ id: viewer }: Viewer, ids: readonly number[]): Promise<number[]> {
    if (ids.length === 0) return [];
    return this.unitOfWork.read((manager) => sharingAmong(manager, viewer, ids, 'administrator'));
  }
}
