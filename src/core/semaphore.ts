/** Work of which only so much is done at a time: the rest waits, in the order of its coming. */
import { DomainError } from './errors.js';

/** When nobody more is let in, or has waited enough. */
export interface SemaphoreOptions {
  /** At a time. */
  readonly concurrent: number;
  /** Who may wait at the most; any number unless given. */
  readonly maxWaiting?: number;
  /** For how long, in milliseconds; without end unless given. */
  readonly maxWaitMs?: number;
  /** What who has to go is told, with when to come back, in seconds. */
  readonly onReject: { readonly message: string; readonly retryAfterSeconds: number };
}

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
    const { message, retryAfterSeconds } = this.options.onReject;
    return new DomainError('unavailable', message, retryAfterSeconds);
  }
}
