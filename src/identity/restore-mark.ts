/** Marks a database that was restored from a copy, so that nothing that was given out since is taken for something else. */
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { UnitOfWork, type Actor } from '../core/index.js';
import { DatabaseRestored } from './changes.js';
import { ServerValue } from './server-value.entity.js';
import { SessionToken } from './session-token.entity.js';

const RESTORED = 'restored';

/** Where a database comes from. */
export interface RestoreOrigin {
  /** The name of the copy, without its folder. */
  readonly from: string;
  /** The time of the newest row of the audit log in the copy. */
  readonly newest: Date | null;
}

/** The mark, as it is stored. */
export interface StoredMark {
  /** A UUID; another one after each restore. */
  readonly id: string;
  readonly at: string;
  readonly from: string;
  readonly newest: string | null;
}

@Injectable()
export class RestoreMark {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /**
   * Ends all logins, since those that have been left since would be accepted again, and records the restore.
   * @returns the number of logins that ended
   */
  async write(actor: Actor, { from, newest }: RestoreOrigin): Promise<number> {
    return this.unitOfWork.write(actor, async (tx) => {
      const { affected } = await tx.manager.createQueryBuilder().delete().from(SessionToken).execute();
      const logins = affected ?? 0;
      const mark: StoredMark = {
        id: randomUUID(),
        at: tx.now.toISOString(),
        from,
        newest: newest?.toISOString() ?? null,
      };
      await tx.manager.delete(ServerValue, { name: RESTORED });
      await tx.manager.insert(ServerValue, { name: RESTORED, value: JSON.stringify(mark) });
      tx.record(new DatabaseRestored({ from, newest: mark.newest, ended_logins: logins }));
      return logins;
    });
  }

  /** The mark of the last restore; `null` if there was none. */
  async read(): Promise<StoredMark | null> {
    const row = await this.unitOfWork.read((manager) => manager.findOneBy(ServerValue, { name: RESTORED }));
    return row ? (JSON.parse(row.value) as StoredMark) : null;
  }
}
