/** How work reaches the database: the contract that each engine fulfils in its own way. */
import type { EntityManager, FindManyOptions, ObjectLiteral, ObjectType } from 'typeorm';

/** Work done with one connection; it awaits nothing but that connection. */
export type DatabaseWork<T> = (manager: EntityManager) => Promise<T>;

/** `exclusive`: nobody else may hold the lock; `shared`: others may share it, as long as nobody waits to have it alone. */
export type LockMode = 'exclusive' | 'shared';

/**
 * Runs work against one engine. Also the injection token.
 * Failures come as {@link UniqueViolation}, as `DomainError('unavailable')` when the engine cannot serve, or as they are.
 */
export abstract class Transactor {
  /** Reads what is committed, and nothing else. */
  abstract read<T>(work: DatabaseWork<T>): Promise<T>;

  /** All or nothing. Takes nobody else's writes with it. The work may run again after a deadlock. */
  abstract write<T>(work: DatabaseWork<T>): Promise<T>;

  /** Reads rows inside a write and keeps others from changing them until it ends. */
  abstract findForUpdate<E extends ObjectLiteral>(
    manager: EntityManager,
    entity: ObjectType<E>,
    options: FindManyOptions<E>,
  ): Promise<E[]>;

  /**
   * Inside a write, waits for the lock of this name, and keeps it until the write ends. Locks are fair: who wants one
   * alone waits for those who share it now, and those who come later wait for them.
   */
  abstract lock(manager: EntityManager, name: string, mode: LockMode): Promise<void>;

  /** The same without waiting: answers `false` when somebody else has it, or waits for it. */
  abstract tryLock(manager: EntityManager, name: string, mode: LockMode): Promise<boolean>;
}
