/** Publishes an operation on a password on its channel. */
import { hashingChannel, type HashingMessage } from '../channels.js';
import { Overload } from '../errors.js';
import type { FairQueue } from '../concurrency/fair-queue.js';
import type { HashingPurpose, HashingTurn } from './hashing-turn.js';

/** Runs the work when it is its turn, publishes its outcome, and returns or throws what it did. */
export async function observedHashing<T>(
  operation: HashingMessage['operation'],
  turn: HashingTurn,
  queue: FairQueue<HashingPurpose>,
  work: () => Promise<T>,
): Promise<T> {
  const [came, { waiting }] = [performance.now(), queue];
  let began: number | undefined;
  let outcome: HashingMessage['outcome'] = 'failed';
  try {
    const result = await queue.run(turn, () => {
      began = performance.now();
      return work();
    });
    outcome = 'done';
    return result;
  } catch (error) {
    if (error instanceof Overload) outcome = 'rejected';
    throw error;
  } finally {
    const ended = performance.now();
    hashingChannel.publish({
      operation,
      purpose: turn.purpose,
      outcome,
      waiting,
      waitMs: (began ?? ended) - came,
      durationMs: ended - came,
    });
  }
}
