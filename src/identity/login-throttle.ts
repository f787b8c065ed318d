/** Slows down password guessing: counts failures per address and per account, in bounded memory, per process. */
import { isIPv6 } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock, DomainError, HashingService, Secret, type Origin } from '../core/index.js';
import { throttleChannel } from './channels.js';
import { IDENTITY_OPTIONS, type IdentityOptions } from './options.js';
import { emailKeyOf } from './labels/email-address.js';

/** Maximum number of addresses, and of accounts, to remember; the least recently seen are dropped first. */
const REMEMBERED = 50_000;

/** The level of a leaky bucket at a point in time. */
interface BucketLevel {
  failures: number;
  at: number;
}

/** A `max` would allocate memory for all entries in advance. */
const remembered = (): LRUCache<string, BucketLevel> => new LRUCache({ maxSize: REMEMBERED, sizeCalculation: () => 1 });

/** A login attempt, which counts as failed until one of the methods is called. */
export interface Attempt {
  /** The login succeeded: clears the account’s earlier failures. */
  succeeded(): void;
  /** The credentials could not be checked: the attempt does not count. */
  cancelled(): void;
}

/**
 * Counts failures in leaky buckets: each failure adds 1, and a full bucket empties within one window. An attempt is
 * counted when it begins, so that concurrent attempts cannot bypass the limit.
 */
@Injectable()
export class LoginThrottle {
  private readonly addresses = remembered();
  private readonly accounts = remembered();

  constructor(
    @Inject(IDENTITY_OPTIONS) private readonly options: Pick<IdentityOptions, 'loginThrottle' | 'passwords'>,
    private readonly clock: Clock,
    private readonly hashing: HashingService,
  ) {}

  /**
   * @param email - `null` for an attempt without an account
   * @throws DomainError `throttled`, whether or not the account exists and the password is correct
   */
  begin(origin: Origin, email: string | null): Attempt {
    const { failuresPerAddress, failuresPerAccount } = this.options.loginThrottle;
    const addressBucket = [this.addresses, networkOf(origin.address ?? ''), failuresPerAddress] as const;
    const accountKey = email === null ? null : this.hashing.digest(new Secret(emailKeyOf(email)));
    const accountBuckets = accountKey === null ? [] : [[this.accounts, accountKey, failuresPerAccount] as const];
    const buckets = [addressBucket, ...accountBuckets];
    for (const bucket of buckets) this.refuseWhenFull(origin, ...bucket);
    for (const bucket of buckets) this.add(...bucket, 1);
    return {
      succeeded: () => {
        this.add(...addressBucket, -1);
        if (accountKey !== null) this.accounts.delete(accountKey);
      },
      cancelled: () => {
        for (const bucket of buckets) this.add(...bucket, -1);
      },
    };
  }

  private refuseWhenFull(origin: Origin, levels: LRUCache<string, BucketLevel>, key: string, capacity: number): void {
    const level = this.level(levels, key, capacity);
    if (level + 1 <= capacity) return;
    const seconds = Math.ceil(((level + 1 - capacity) / capacity) * this.options.loginThrottle.windowSeconds);
    if (throttleChannel.hasSubscribers) {
      const { address, requestId = null } = origin;
      const bucket = levels === this.accounts ? 'account' : 'address';
      throttleChannel.publish({ bucket, retryAfterSeconds: seconds, address, requestId });
    }
    throw new DomainError('throttled', `Too many failed logins; try again in ${String(seconds)} seconds`, seconds);
  }

  private add(levels: LRUCache<string, BucketLevel>, key: string, capacity: number, failures: number): void {
    const level = Math.max(0, this.level(levels, key, capacity) + failures);
    levels.set(key, { failures: level, at: this.clock.now().getTime() });
  }

  private level(levels: LRUCache<string, BucketLevel>, key: string, capacity: number): number {
    const level = levels.get(key);
    if (!level) return 0;
    const elapsedSeconds = Math.max(0, this.clock.now().getTime() - level.at) / 1000;
    return Math.max(0, level.failures - (elapsedSeconds / this.options.loginThrottle.windowSeconds) * capacity);
  }
}

/** An IPv4 address, or the /64 network of an IPv6 address, since subscribers usually have a whole /64. */
function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  if (!isIPv6(plain)) return plain;
  const [head = '', tail] = plain.split('::');
  const groups = head.split(':').filter(Boolean);
  const rest = tail === undefined ? [] : tail.split(':').filter(Boolean);
  const zeros = Array.from({ length: Math.max(0, 8 - groups.length - rest.length) }, () => '0');
  return [...groups, ...zeros, ...rest]
    .slice(0, 4)
    .map((group) => parseInt(group, 16).toString(16))
    .join(':');
}
