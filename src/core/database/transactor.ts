/** How work reaches the database: the contract that each engine fulfils in its own way. */
import type { EntityManager, FindManyOptions, ObjectLiteral, ObjectType } from 'typeorm';

/** Work done with one connection; it awaits nothing but that connection. */
export type DatabaseWork<T> = (manager: EntityManager) => Promise<T>;

/** `change`: nobody else may hold it; `share`: others may hold it as well, as long as nobody wants to change it. */
export type HoldMode = 'change' | 'share';

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

  /**
   * Inside a write, takes a turn at something by its name, and keeps it until the write ends. Turns are fair: who wants
   * to change it waits for those who share it now, and those who come later wait for him.
   */
  abstract hold(manager: EntityManager, name: string, mode: HoldMode): Promise<void>;

  /** Inside a write, takes a turn like `hold` for a change, or answers `false` at once when somebody has it. */
  abstract tryHold(manager: EntityManager, name: string): Promise<boolean>;
}
