/** Transactions that a host has begun, and which changes of ours can join. */
import type { EntityManager } from 'typeorm';
import type { Change } from '../changes/changes.js';
import type { DatabaseWork } from './transactor.js';

/** A change cannot be part of the host's transaction. Nothing was changed; the message says what to do instead. */
export class HostTransactionError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'HostTransactionError';
  }
}

/** What a piece of work in a host's transaction has done. */
export interface JoinedWork<T> {
  readonly result: T;
  readonly changes: readonly Change[];
  /** Whether its author wanted to revoke something that is already revoked. */
  readonly isAlreadyRevoked: boolean;
}

/** Joins transactions of the host. The class is also the injection token. */
export abstract class HostTransactions {
  /**
   * Runs work in the host's transaction, after earlier work in it. What fails is undone by itself, and leaves the
   * transaction as it was. The changes count when the host's commit has returned: by then they are delivered, and what
   * they revoke is refused everywhere. A rollback, also to a savepoint of the host's, leaves nothing of them.
   * @throws HostTransactionError
   */
  abstract run<T>(manager: EntityManager, work: DatabaseWork<JoinedWork<T>>): Promise<T>;
}
