/** Checks, inside the transaction of a change, whether its author may still act. */
import type { DirectoryUser } from '../user-directory.js';
import type { Actor } from './actor.js';
import type { Transaction } from './transaction.js';

/** Checks the author of a change. The class is also the injection token. */
export abstract class ActorCheck {
  /**
   * Locks the author's user and token as shared until the transaction ends: an earlier revocation stops the change, and
   * a later one returns only after it.
   * @returns the current state of the author, `null` if the author is not a user
   * @throws DomainError `unauthenticated`, `not_permitted`
   */
  abstract authorize(transaction: Transaction, actor: Actor): Promise<DirectoryUser | null>;
}
