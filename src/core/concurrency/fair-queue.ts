/** A bounded queue for scarce work in which callers take turns, so that nobody can fill it for the others. */
import { Overload } from '../errors.js';
import { FairLine } from './fair-line.js';

/** Why work is requested, and by whom. */
export interface Turn<P extends string> {
  readonly purpose: P;
  /** The caller, after the groups that contain them, the largest first; at each level, all take turns. */
  readonly caller: readonly string[];
}

/** The limits of a fair queue. */
export interface FairQueueOptions<P extends string> {
  /** How much work runs at a time. */
  readonly concurrent: number;
  /** How much work of each purpose may wait. */
  readonly maxWaiting: number;
  /** The purposes for which a slot is kept free of all others, if there is more than one slot. */
  readonly reserved: readonly P[];
  /** The error for rejected work; `retryAfterSeconds` becomes `Retry-After`. */
  readonly onReject: { readonly message: string; readonly retryAfterSeconds: number };
}

interface Waiting {
  begin(): void;
  reject(): void;
}

/**
 * Purposes take turns, and within a purpose its callers. When a purpose has as much waiting as it may, new work takes
 * the place of the newest work of the caller with the most waiting; work of those who have the most is rejected.
 */
export class FairQueue<P extends string> {
  private readonly lines = new Map<P, FairLine<Waiting>>();
  private readonly running = { reserved: 0, other: 0 };

  constructor(private readonly options: FairQueueOptions<P>) {}

  /** How much work of all purposes is waiting. */
  get waiting(): number {
    return [...this.lines.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** Runs the work when it is its turn. @throws DomainError `unavailable` if it is rejected */
  async run<T>(turn: Turn<P>, work: () => Promise<T>): Promise<T> {
    if (this.mayBegin(turn.purpose)) this.running[this.shareOf(turn.purpose)] += 1;
    else await this.wait(turn);
    try {
      return await work();
    } finally {
      this.running[this.shareOf(turn.purpose)] -= 1;
      this.beginNext();
    }
  }

  private wait({ purpose, caller }: Turn<P>): Promise<void> {
    const line = this.lines.get(purpose) ?? new FairLine<Waiting>();
    this.lines.set(purpose, line);
    if (line.size >= this.options.maxWaiting) {
      const displaced = line.displaceFor(caller);
      if (!displaced) return Promise.reject(this.rejection());
      displaced.reject();
    }
    return new Promise((resolve, reject) => {
      line.push(caller, {
        begin: resolve,
        reject: () => {
          reject(this.rejection());
        },
      });
    });
  }

  private beginNext(): void {
    for (const [purpose, line] of this.lines) {
      if (line.size === 0 || !this.mayBegin(purpose)) continue;
      this.running[this.shareOf(purpose)] += 1;
      // To the end: the other purposes come first next time.
      this.lines.delete(purpose);
      this.lines.set(purpose, line);
      line.shift()?.begin();
      return;
    }
  }

  /** Others than the reserved purposes leave one slot free. */
  private mayBegin(purpose: P): boolean {
    const { reserved, other } = this.running;
    const { concurrent } = this.options;
    if (reserved + other >= concurrent) return false;
    return this.shareOf(purpose) === 'reserved' || other < Math.max(1, concurrent - 1);
  }

  private shareOf(purpose: P): 'reserved' | 'other' {
    return this.options.reserved.includes(purpose) ? 'reserved' : 'other';
  }

  private rejection(): Overload {
    const { message, retryAfterSeconds } = this.options.onReject;
    return new Overload(message, retryAfterSeconds);
  }
}
