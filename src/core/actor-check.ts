/** Whether an author may still act, asked inside the transaction of his change. */
import type { Actor } from './actor.js';
import type { LockMode } from './transactor.js';
import type { Transaction } from './unit-of-work.js';

/** Also the injection token. */
export abstract class ActorCheck {
  /**
   * Holds the author's token and user until the transaction ends: a revocation that comes first stops the change, one
   * that comes later returns after it.
   * @param mode - `change` for work that changes users, so that nobody waits for whom he keeps waiting
   * @throws DomainError `unauthenticated`, `not_permitted`
   */
  abstract confirm(transaction: Transaction, actor: Actor, mode: LockMode): Promise<void>;
}
