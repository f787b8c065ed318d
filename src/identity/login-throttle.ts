/** Slows down whoever guesses passwords: failures are counted per address and per account, in bounded memory. */
import { isIPv6 } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock, DomainError, HashingService, Secret } from '../core/index.js';
import { IDENTITY_OPTIONS, type IdentityOptions } from './options.js';
import { emailKeyOf } from './email-address.js';

/** Addresses and accounts remembered at the most, each; the least recently seen are forgotten first. */
const REMEMBERED = 50_000;

/** How full a leaky bucket was, and when. */
interface BucketLevel {
  failures: number;
  at: number;
}

/** With a `max`, room for all of them would be taken at once. */
const remembered = (): LRUCache<string, BucketLevel> => new LRUCache({ maxSize: REMEMBERED, sizeCalculation: () => 1 });

/** An attempt that counts as failed until it is told otherwise. */
export interface Attempt {
  /** Right: the account’s earlier failures are forgotten. */
  succeeded(): void;
  /** Neither right nor wrong, because we could not check: as if it had not been. */
  cancelled(): void;
}

/**
 * Leaky buckets: each failure fills one by 1, and in one window a full bucket runs empty. An attempt is counted
 * when it begins, so that a hundred at the same time are no way around it.
 */
@Injectable()
export class LoginThrottle {
  private readonly addresses = remembered();
  private readonly accounts = remembered();

  constructor(
    @Inject(IDENTITY_OPTIONS) private readonly options: IdentityOptions,
    private readonly clock: Clock,
    private readonly hashing: HashingService,
  ) {}

  /**
   * @param email - `null` for an attempt that names no account
   * @throws DomainError `throttled`, whether or not the account exists and the password is right
   */
  begin(address: string | null, email: string | null): Attempt {
    const { failuresPerAddress, failuresPerAccount } = this.options.loginThrottle;
    const addressBucket = [this.addresses, networkOf(address ?? ''), failuresPerAddress] as const;
    const accountKey = email === null ? null : this.hashing.digest(new Secret(emailKeyOf(email)));
    const accountBuckets = accountKey === null ? [] : [[this.accounts, accountKey, failuresPerAccount] as const];
    const buckets = [addressBucket, ...accountBuckets];
    for (const bucket of buckets) this.refuseWhenFull(...bucket);
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

  private refuseWhenFull(levels: LRUCache<string, BucketLevel>, key: string, capacity: number): void {
    const level = this.level(levels, key, capacity);
    if (level + 1 <= capacity) return;
    const seconds = Math.ceil(((level + 1 - capacity) / capacity) * this.options.loginThrottle.windowSeconds);
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

/** An IPv4 address, or the /64 network of an IPv6 address: one subscriber has that many addresses. */
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
