/** The limits of writes, whatever the engine. */
export interface TransactorLimits {
  /** How long PostgreSQL may not answer at all, in milliseconds. */
  readonly answerMs: number;
  /** How many writes may wait. */
  readonly writesWaiting: number;
}
