/** A counting semaphore: runs so much work at a time, and the rest in the order in which it came. */
import { DomainError } from './errors.js';

/** The limits of a semaphore. */
export interface SemaphoreOptions {
  /** How many run at a time. */
  readonly concurrent: number;
  /** How many may wait; no limit by default. */
  readonly maxWaiting?: number;
  /** How long each may wait, in milliseconds; no limit by default. */
  readonly maxWaitMs?: number;
  /** The error for work that is turned away, which only a limit does; `retryAfterSeconds` becomes `Retry-After`. */
  readonly onReject?: { readonly message: string; readonly retryAfterSeconds: number };
}

const BUSY = { message: 'too much is waiting; try again', retryAfterSeconds: 1 };

export class Semaphore {
  private running = 0;
  private readonly queue: (() => void)[] = [];

  constructor(private readonly options: SemaphoreOptions) {}

  /** @throws DomainError `unavailable` */
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

  private rejection(): DomainError {
    const { message, retryAfterSeconds } = this.options.onReject ?? BUSY;
    return new DomainError('unavailable', message, retryAfterSeconds);
  }
}
