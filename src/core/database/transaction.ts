/** What a unit of work can do while its transaction is open: lock rows, and note what it did. */
import type { EntityManager, FindOptionsWhere, ObjectLiteral } from 'typeorm';
import type { Change } from '../changes/changes.js';
import type { Clock } from '../clock.js';
import type { DirectoryUser } from '../user-directory.js';
import type { Actor } from './actor.js';
import { TransactionLocks, lockOn, type Lock, type Lockable } from './locks.js';
import { findRow } from './row-mapper.js';
import type { LockMode, Transactor } from './transactor.js';

/** Work must await nothing but the database, and change nothing else: it may run more than once. */
export class Transaction {
  readonly changes: Change[] = [];
  /** The user on whose behalf the work is done, as they are now, locked as shared; `null` if it is none. */
  actorUser: DirectoryUser | null = null;
  isAlreadyRevoked = false;
  readonly locks: TransactionLocks;
  private moment: Date;

  constructor(
    readonly manager: EntityManager,
    /** On whose behalf the work is done. */
    readonly actor: Actor,
    private readonly transactor: Transactor,
    private readonly clock: Clock,
  ) {
    this.locks = new TransactionLocks(manager, transactor);
    this.moment = clock.now();
  }

  /** The moment at which the transaction got the last lock that it asked for. */
  get now(): Date {
    return this.moment;
  }

  /**
   * Locks a row until the transaction ends, to change or remove it: first by name, which waits for those who share it
   * and goes ahead of those who come later, then the row itself.
   * @param key - names the lock, also of a row that is not there
   * @param conditions - what else must be true of the row
   * @returns the row, which nobody else can change now, or `null`
   */
  async lockForUpdate<E extends ObjectLiteral, K extends keyof E>(
    entity: Lockable<E, K>,
    key: Readonly<Pick<E, K>>,
    conditions: FindOptionsWhere<E> = {},
  ): Promise<E | null> {
    await this.lock(lockOn(entity.lock, key), 'exclusive');
    const where = { ...key, ...conditions } as FindOptionsWhere<E>;
    const [row] = await this.transactor.findForUpdate(this.manager, entity, { where });
    this.waited();
    return row ?? null;
  }

  /**
   * Locks a row until the transaction ends, to rely on it as it is. Others may share it as well.
   * @param conditions - what else must be true of the row
   * @returns the row, or `null`
   */
  async lockShared<E extends ObjectLiteral, K extends keyof E>(
    entity: Lockable<E, K>,
    key: Readonly<Pick<E, K>>,
    conditions?: Readonly<Partial<E>>,
  ): Promise<E | null> {
    await this.lock(lockOn(entity.lock, key), 'shared');
    return findRow<E>(this.manager, entity, { ...key, ...conditions } as Partial<E>);
  }

  /** Locks a rule about several rows, alone, until the transaction ends: read them after that. */
  lockRule(rule: Lock): Promise<void> {
    return this.lock(rule, 'exclusive');
  }

  /** Takes on a job that one instance at a time does; `false` when another does it now. */
  tryLockJob(job: string): Promise<boolean> {
    return this.transactor.tryLock(this.manager, `work ${job}`, 'exclusive');
  }

  /** Notes what was done: an audit row with the commit, an event after it. */
  record(change: Change): void {
    this.changes.push(change);
  }

  /**
   * Notes that what the author wants revoked is revoked already: by somebody else, who may still be waiting until every
   * instance knows. So the author waits as well.
   */
  alreadyRevoked(): void {
    this.isAlreadyRevoked = true;
  }

  private async lock(lock: Lock, mode: LockMode): Promise<void> {
    await this.locks.take(lock, mode);
    this.waited();
  }

  /** It may have taken a while, and what was in force before may be over. */
  private waited(): void {
    this.moment = this.clock.now();
  }
}
