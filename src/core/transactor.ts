/** How work reaches the database: the contract that each engine fulfils in its own way. */
import type { EntityManager, FindManyOptions, ObjectLiteral, ObjectType } from 'typeorm';

/** Work done with one connection; it awaits nothing but that connection. */
export type DatabaseWork<T> = (manager: EntityManager) => Promise<T>;

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
  abstract lock<E extends ObjectLiteral>(
    manager: EntityManager,
    entity: ObjectType<E>,
    options: FindManyOptions<E>,
  ): Promise<E[]>;
}
