/** Clears the locks of users whom too many failures keep from logging in. */
import { Injectable } from '@nestjs/common';
import { UnitOfWork, type Actor, type Transaction } from '../../core/index.js';
import { UserLocksCleared } from '../changes.js';
import { lockUserForUpdate } from '../user-lock.js';
import { User } from '../user.entity.js';

/** Lets users in again whom too many failures keep out. */
@Injectable()
export class LoginLocks {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /**
   * Forgets the failed logins and changes of password of a user, from all networks. It takes effect through the
   * database, so it can be called in any process and on any instance; the next login counts from zero. Limits on a
   * network as a whole stay.
   * @throws DomainError `user_not_found`
   */
  async clear(actor: Actor, userId: number): Promise<void> {
    await this.unitOfWork.write(actor, async (tx) => {
      const user = await lockUserForUpdate(tx, userId);
      await forgetFailures(tx, userId);
      tx.record(new UserLocksCleared(user));
    });
  }
}

/** The same within an open transaction that records a change of its own. */
export async function forgetFailures(tx: Transaction, userId: number): Promise<void> {
  await tx.manager.update(User, { id: userId }, { locksClearedAt: tx.now });
}
