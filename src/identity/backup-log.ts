/** Records that a copy of the database was given out, and tells when that last happened. */
import { Injectable } from '@nestjs/common';
import { UnitOfWork, type Actor } from '../core/index.js';
import { BackupMade } from './changes.js';
import { ServerValue } from './server-value.entity.js';

const LAST_BACKUP = 'last-backup';

@Injectable()
export class BackupLog {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** @param bytes - the size of the copy */
  async write(actor: Actor, bytes: number): Promise<void> {
    await this.unitOfWork.write(actor, async (tx) => {
      await tx.lockForUpdate(ServerValue, { name: LAST_BACKUP });
      await tx.manager.delete(ServerValue, { name: LAST_BACKUP });
      await tx.manager.insert(ServerValue, { name: LAST_BACKUP, value: tx.now.toISOString() });
      tx.record(new BackupMade({ bytes }));
    });
  }

  /** When a copy was last given out; `null` if that never happened. */
  async last(): Promise<Date | null> {
    const row = await this.unitOfWork.read((manager) => manager.findOneBy(ServerValue, { name: LAST_BACKUP }));
    return row ? new Date(row.value) : null;
  }
}
