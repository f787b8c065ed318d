/** Work of which only so much is done at a time: the rest waits, in the order of its coming. */
import { DomainError } from './errors.js';

/** When nobody more is let in, or has waited enough. */
export interface TurnLimits {
  /** At a time. */
  readonly concurrent: number;
  /** Who may wait at the most; any number unless given. */
  readonly waiting?: number;
  /** For how long, in milliseconds; without end unless given. */
  readonly patienceMs?: number;
  /** What who has to go is told, with when to come back, in seconds. */
  readonly refusal: { readonly message: string; readonly retryAfterSeconds: number };
}

export class Turns {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly limits: TurnLimits) {}

  /** @throws DomainError `unavailable` */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.running < this.limits.concurrent) this.running += 1;
    else await this.turn();
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.running -= 1;
    }
  }

  private turn(): Promise<void> {
    const { waiting = Infinity, patienceMs } = this.limits;
    if (this.waiting.length >= waiting) return Promise.reject(this.refusal());
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const giveUp = (): void => {
        this.waiting.splice(this.waiting.indexOf(begin), 1);
        reject(this.refusal());
      };
      const timer = patienceMs === undefined ? undefined : setTimeout(giveUp, patienceMs);
      this.waiting.push(begin);
    });
  }

  private refusal(): DomainError {
    const { message, retryAfterSeconds } = this.limits.refusal;
    return new DomainError('unavailable', message, retryAfterSeconds);
  }
}
