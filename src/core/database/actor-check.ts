/** Whether an author may still act, asked inside the transaction of their change. */
import type { DirectoryUser } from '../user-directory.js';
import type { Actor } from './actor.js';
import type { Transaction } from './transaction.js';

/** Also the injection token. */
export abstract class ActorCheck {
  /**
   * Shares the locks of the author's user and token until the transaction ends: a revocation that comes first stops the
   * change, one that comes later returns after it.
   * @returns the author as they are now, `null` for one who is no user
   * @throws DomainError `unauthenticated`, `not_permitted`
   */
  abstract authorize(transaction: Transaction, actor: Actor): Promise<DirectoryUser | null>;
}
