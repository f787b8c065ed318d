/** Checks what a transaction has changed, before it is committed. */
import type { Transaction } from './transaction.js';

/** Checks rules that any change could break, no matter who makes it. The class is also the injection token. */
export abstract class ChangeCheck {
  /**
   * Called after the work with `transaction.changes`, none of which is committed yet. It may lock and read; what it
   * throws rolls everything back.
   * @throws DomainError
   */
  abstract confirm(transaction: Transaction): Promise<void>;
}
