/** Slows down the guessing of secrets: counts failures against several limits at a time. */
import { Inject, Injectable } from '@nestjs/common';
import {
  DomainError,
  FailureCounters,
  HashingService,
  Secret,
  type FailureLimit,
  type Origin,
  type ReachedLimit,
} from '../../core/index.js';
import { throttleChannel, type GuessBucket, type GuessPurpose } from '../channels.js';
import { AttemptsUnderWay, AttemptsWaiting } from './attempts-under-way.js';
import { IDENTITY_OPTIONS, type IdentityOptions } from '../options.js';

/** A limit on the failures of one kind. */
export interface GuessLimit {
  readonly bucket: GuessBucket;
  /** Whose failures are counted together, for example an account and a network. They are stored as a digest. */
  readonly parties: readonly string[];
  /** How many failures reach the limit within the window. */
  readonly failures: number;
}

/** An attempt to be admitted by a secret that somebody may be guessing. */
export interface Guess {
  readonly purpose: GuessPurpose;
  /** What there may be too many of, for the caller: for example `failed logins`. */
  readonly failures: string;
  readonly origin: Origin;
  /** None of them may be at its limit. The first is forgotten after a success, the others take back the attempt only. */
  readonly limits: readonly [GuessLimit, ...GuessLimit[]];
}

/** An attempt that has begun. Call one of the methods when its outcome is known: others wait for it. */
export interface Attempt {
  /** The secret was wrong. */
  failed(): void;
  /** The secret was right. */
  succeeded(): Promise<void>;
  /** The secret could not be checked: the attempt does not count. */
  cancelled(): Promise<void>;
}

@Injectable()
export class GuessThrottle {
  private readonly windowMs: number;
  private readonly underWay: AttemptsUnderWay;

  constructor(
    @Inject(IDENTITY_OPTIONS) { loginThrottle }: Pick<IdentityOptions, 'loginThrottle'>,
    private readonly counters: FailureCounters,
    private readonly hashing: HashingService,
  ) {
    this.windowMs = loginThrottle.windowSeconds * 1000;
    this.underWay = new AttemptsUnderWay(hashing.maxWaiting);
  }

  /**
   * Begins an attempt. It is counted now, so that concurrent attempts cannot exceed a limit. If those that are under way
   * in this process reach it, this one waits for them: right secrets are not refused because they come together.
   * @throws DomainError `throttled`, whether or not the secret is right; `unavailable`
   */
  async begin(guess: Guess): Promise<Attempt> {
    const { purpose, limits } = guess;
    const counted = limits.map((limit) => this.failureLimit(purpose, limit));
    const keys = counted.map(({ key }) => key);
    const reached = await this.underWay
      .begin(keys, () => this.counters.count(counted, this.windowMs))
      .catch((error: unknown) => this.rethrow(guess, error));
    if (reached) throw this.refusal(guess, counted.indexOf(reached.limit), reached);
    const [own, ...others] = counted;
    return {
      failed: () => {
        this.underWay.settle(keys);
      },
      succeeded: async () => {
        await this.corrected(this.counters.takeBack(others, this.windowMs));
        if (own) await this.corrected(this.counters.forget(own.key));
        this.underWay.settle(keys);
      },
      cancelled: async () => {
        await this.corrected(this.counters.takeBack(counted, this.windowMs));
        this.underWay.settle(keys);
      },
    };
  }

  /** What is not taken back only counts too much: the outcome of the attempt stands. */
  private async corrected(work: Promise<void>): Promise<void> {
    await work.catch(() => undefined);
  }

  /** How many attempts wait for the outcome of others. */
  get waiting(): number {
    return this.underWay.waiting;
  }

  private rethrow({ purpose, origin }: Guess, error: unknown): never {
    if (error instanceof AttemptsWaiting && throttleChannel.hasSubscribers) {
      const { address, requestId = null } = origin;
      const retryAfterSeconds = error.retryAfterSeconds ?? 1;
      throttleChannel.publish({ purpose, bucket: 'under_way', retryAfterSeconds, address, requestId });
    }
    throw error;
  }

  private failureLimit(purpose: GuessPurpose, { bucket, parties, failures }: GuessLimit): FailureLimit {
    const digest = this.hashing.digest(new Secret(JSON.stringify(parties))).slice(0, 32);
    return { key: `${purpose} ${bucket} ${digest}`, capacity: failures };
  }

  private refusal({ purpose, failures, origin, limits }: Guess, at: number, { waitMs }: ReachedLimit): DomainError {
    const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1000));
    const { bucket } = limits[at] ?? limits[0];
    if (throttleChannel.hasSubscribers) {
      const { address, requestId = null } = origin;
      throttleChannel.publish({ purpose, bucket, retryAfterSeconds, address, requestId });
    }
    const message = `Too many ${failures}; try again in ${String(retryAfterSeconds)} seconds`;
    return new DomainError('throttled', message, retryAfterSeconds);
  }
}
