/** A counting semaphore: limits how much work runs at a time and queues the rest in order of arrival. */
import { Overload } from '../errors.js';

/** The limits of a semaphore. */
export interface SemaphoreOptions {
  /** How many tasks run at a time. */
  readonly concurrent: number;
  /** How many tasks may wait. Default: no limit. */
  readonly maxWaiting?: number;
  /** How long each may wait, in milliseconds. Default: no limit. */
  readonly maxWaitMs?: number;
  /** The error for tasks rejected by one of the limits; `retryAfterSeconds` becomes `Retry-After`. */
  readonly onReject?: { readonly message: string; readonly retryAfterSeconds: number };
}

const BUSY = { message: 'too many requests are waiting; try again', retryAfterSeconds: 1 };

export class Semaphore {
  private running = 0;
  private readonly queue: (() => void)[] = [];

  constructor(private readonly options: SemaphoreOptions) {}

  /** Length of the queue. */
  get waiting(): number {
    return this.queue.length;
  }

  /** Runs the work when a place is free. @throws DomainError `unavailable` if it is rejected by a limit */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.running < this.options.concurrent) this.running += 1;
    else await this.acquire();
    try {
      return await work();
    } finally {
      const next = this.queue.shift();
      if (next) next();
      else this.running -= 1;
    }
  }

  private acquire(): Promise<void> {
    const { maxWaiting = Infinity, maxWaitMs } = this.options;
    if (this.queue.length >= maxWaiting) return Promise.reject(this.rejection());
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const giveUp = (): void => {
        this.queue.splice(this.queue.indexOf(begin), 1);
        reject(this.rejection());
      };
      const timer = maxWaitMs === undefined ? undefined : setTimeout(giveUp, maxWaitMs);
      this.queue.push(begin);
    });
  }

  private rejection(): Overload {
    const { message, retryAfterSeconds } = this.options.onReject ?? BUSY;
    return new Overload(message, retryAfterSeconds);
  }
}
