/** Publishes an operation on a password on its channel. */
import { hashingChannel, type HashingMessage } from '../channels.js';
import { DomainError } from '../errors.js';
import type { Semaphore } from '../semaphore.js';

/** Runs the work when there is room, publishes its outcome, and returns or throws what it did. */
export async function observedHashing<T>(
  operation: HashingMessage['operation'],
  semaphore: Semaphore,
  work: () => Promise<T>,
): Promise<T> {
  const [came, { waiting }] = [performance.now(), semaphore];
  let began: number | undefined;
  let outcome: HashingMessage['outcome'] = 'failed';
  try {
    const result = await semaphore.run(() => {
      began = performance.now();
      return work();
    });
    outcome = 'done';
    return result;
  } catch (error) {
    if (error instanceof DomainError && error.code === 'unavailable') outcome = 'rejected';
    throw error;
  } finally {
    const ended = performance.now();
    hashingChannel.publish({
      operation,
      outcome,
      waiting,
      waitMs: (began ?? ended) - came,
      durationMs: ended - came,
    });
  }
}
