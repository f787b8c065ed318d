/** How work reaches the database: the contract that each engine fulfils in its own way. */
import type { EntityManager, FindManyOptions, ObjectLiteral, ObjectType } from 'typeorm';

/** Work done with one connection; it awaits nothing but that connection. */
export type DatabaseWork<T> = (manager: EntityManager) => Promise<T>;

/** `change`: nobody else may hold the rows; `share`: others may hold them for sharing. */
export type LockMode = 'change' | 'share';

/**
 * Runs work against one engine. Also the injection token.
 * Failures come as {@link UniqueViolation}, as `DomainError('unavailable')` when the engine cannot serve, or as they are.
 */
export abstract class Transactor {
  /** Reads what is committed, and nothing else. */
  abstract read<T>(work: DatabaseWork<T>): Promise<T>;

  /** All or nothing. Takes nobody else's writes with it. The work may run again after a deadlock. */
  abstract write<T>(work: DatabaseWork<T>): Promise<T>;

  /**
   * Reads rows inside a write and keeps others from changing them until it ends. With `share`, others may hold
   * them as well, as long as nobody changes them.
   */
  abstract lock<E extends ObjectLiteral>(
    manager: EntityManager,
    entity: ObjectType<E>,
    options: FindManyOptions<E>,
    mode: LockMode,
  ): Promise<E[]>;
}
