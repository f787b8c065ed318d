/** Ends the lock-outs of users who have failed too often to log in. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { UnitOfWork, type Actor, type Transaction } from '../../core/index.js';
import { UserLocksCleared } from '../changes.js';
import { lockUserForUpdate } from '../user-row-lock.js';
import { User } from '../user.entity.js';

/** Lets users in again whom too many failures keep out. */
@Injectable()
export class LoginLockouts {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /**
   * Forgets the failed logins, changes of password and wrong passwords of tokens of a user, from all networks. It takes effect through the
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

/** When the failures of a user were last forgotten, in milliseconds since 1970; 0 if never, or if the user is a host's. */
export async function failuresForgottenAt(manager: EntityManager, userId: number): Promise<number> {
  const user = await manager.findOne(User, { select: { id: true, locksClearedAt: true }, where: { id: userId } });
  return user?.locksClearedAt?.getTime() ?? 0;
}

/** The same within an open transaction that records a change of its own. */
export async function forgetFailures(tx: Transaction, userId: number): Promise<void> {
  await tx.manager.update(User, { id: userId }, { locksClearedAt: tx.now });
}
