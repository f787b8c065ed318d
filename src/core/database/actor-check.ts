/** Whether an author may still act, asked inside the transaction of his change. */
import type { Actor } from './actor.js';
import type { Transaction } from './unit-of-work.js';

/** What of its author a unit of work is going to change: users (himself, or any), or the token he came with. */
export type AuthorChange = 'nothing' | 'users' | 'token';

/** Also the injection token. */
export abstract class ActorCheck {
  /**
   * Holds the author's token and user until the transaction ends: a revocation that comes first stops the change, one
   * that comes later returns after it.
   * @param changing - what of the author the work is going to change: held alone from the start, for two who first
   *   share and then both want to change wait for each other
   * @throws DomainError `unauthenticated`, `not_permitted`
   */
  abstract authorize(transaction: Transaction, actor: Actor, changing: AuthorChange): Promise<void>;
}
