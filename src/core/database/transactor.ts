/** The interface through which work reaches the database; each engine has its own implementation. */
import type { EntityManager, FindManyOptions, ObjectLiteral, ObjectType } from 'typeorm';

/** Work on one connection; it must await nothing but that connection. */
export type DatabaseWork<T> = (manager: EntityManager) => Promise<T>;

/** `exclusive`: nobody else may hold the lock; `shared`: others may share it unless an exclusive request is waiting. */
export type LockMode = 'exclusive' | 'shared';

/**
 * Runs work on one engine. The class is also the injection token. Errors are thrown as {@link UniqueViolation}, as
 * `DomainError('unavailable')` if the database is unavailable, or unchanged.
 */
export abstract class Transactor {
  /** Number of writes that wait for their turn. */
  abstract readonly waiting: number;

  /** Reads committed data only. */
  abstract read<T>(work: DatabaseWork<T>): Promise<T>;

  /** Writes all or nothing, independently of other writes. The work may run again after a deadlock. */
  abstract write<T>(work: DatabaseWork<T>): Promise<T>;

  /** Reads rows inside a write and prevents others from changing them until it ends. */
  abstract findForUpdate<E extends ObjectLiteral>(
    manager: EntityManager,
    entity: ObjectType<E>,
    options: FindManyOptions<E>,
  ): Promise<E[]>;

  /** The same, but others may do so, too. Default: they may not. */
  findShared<E extends ObjectLiteral>(
    manager: EntityManager,
    entity: ObjectType<E>,
    options: FindManyOptions<E>,
  ): Promise<E[]> {
    return this.findForUpdate(manager, entity, options);
  }

  /**
   * Waits for the lock of this name inside a write, and holds it until the write ends. Locks are fair: an exclusive
   * request waits for current holders, and later requests wait behind it.
   */
  abstract lock(manager: EntityManager, name: string, mode: LockMode): Promise<void>;

  /** Like {@link Transactor.lock} without waiting: `false` if another transaction holds the lock or waits for it. */
  abstract tryLock(manager: EntityManager, name: string, mode: LockMode): Promise<boolean>;
}
