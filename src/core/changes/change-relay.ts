/** Delivers committed changes to every instance, and reports whether this instance receives all of them. */
import type { EntityManager } from 'typeorm';
import type { Change } from './changes.js';

/** The publication of the changes of one unit of work. */
export interface ChangePublication {
  /**
   * Call inside the transaction: the changes are sent if and when it commits. It may be called again when the work is
   * retried; the last call counts.
   * @param isAlreadyRevoked - whether the author wanted to revoke something that is already revoked
   */
  publish(manager: EntityManager, changes: readonly Change[], isAlreadyRevoked: boolean): Promise<void>;

  /**
   * Call after the commit: resolves when this instance has delivered the changes and, if one of them
   * {@link Change.revokesAccess revokes access} or access was already revoked, when no other instance relies on the
   * previous state any more.
   * @param idle - a manager whose connection is free, for a caller that holds one of the pool while it waits. Default: a
   * connection of the pool
   * @throws DomainError `unavailable` if that cannot be determined; the change itself is committed
   */
  acknowledged(idle?: EntityManager): Promise<void>;

  /** Call at the end in any case. */
  close(): void;
}

/** Relays changes between instances. The class is also the injection token. */
export abstract class ChangeRelay {
  abstract newPublication(): ChangePublication;

  /** Whether this instance currently receives every change; only then may it answer from memory. */
  abstract isCurrent(): boolean;
}
