/** Hashes and compares secrets and passwords; no other file does. */
import { hash as digestOf, randomBytes, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import bcrypt from 'bcrypt';
import { hashingChannel, type HashingMessage } from '../channels.js';
import { DomainError } from '../errors.js';
import { observedHashing } from './observed-hashing.js';
import { CORE_OPTIONS, type CoreOptions } from '../options.js';
import { PASSWORD_MAX_BYTES, isHashablePassword } from '../text-rules.js';
import { Secret } from './secret.js';
import { Semaphore } from '../semaphore.js';

/** Passwords hashed at the same time; leaves two of libuv's four threads free for other work. */
const CONCURRENT_PASSWORDS = 2;
/** Maximum number of waiting passwords; beyond that callers are told to try again later. */
const WAITING_PASSWORDS = 64;

/**
 * Digests generated secrets (one SHA-256, which an index can find) and hashes what people choose (bcrypt in libuv's
 * threads, a bounded number at a time). Nothing here blocks the event loop.
 */
@Injectable()
export class HashingService implements OnModuleInit {
  private readonly passwordCost: number;
  private slowest: number;
  private readonly semaphore = new Semaphore({
    concurrent: CONCURRENT_PASSWORDS,
    maxWaiting: WAITING_PASSWORDS,
    onReject: { message: 'too many passwords are being checked at the moment; try again', retryAfterSeconds: 2 },
  });
  private dummy: Promise<string> | undefined;

  constructor(@Inject(CORE_OPTIONS) options: Pick<CoreOptions, 'bcryptCost'>) {
    this.passwordCost = options.bcryptCost;
    this.slowest = options.bcryptCost;
  }

  /** 32 random bytes as base64url: 43 characters. */
  newSecret(): Secret {
    return new Secret(randomBytes(32).toString('base64url'));
  }

  /** SHA-256 of a generated secret, 64 lower-case hex characters. */
  digest(secret: Secret): string {
    return digestOf('sha256', secret.reveal(), 'hex');
  }

  /** Whether two digests are equal, in constant time. */
  sameDigest(left: string, right: string): boolean {
    const [a, b] = [Buffer.from(left), Buffer.from(right)];
    return a.length === b.length && timingSafeEqual(a, b);
  }

  /** bcrypt of a machine-made secret under a salt that is kept, for ids that can be made again. */
  hashWithSalt(secret: Secret, salt: string): Promise<string> {
    return bcrypt.hash(secret.reveal(), salt);
  }

  /** A fresh salt for {@link hashWithSalt}, of the version `2a`. */
  newSalt(cost: number): Promise<string> {
    return bcrypt.genSalt(cost, 'a');
  }

  /**
   * Hashes a password for storage.
   * @throws DomainError `invalid_value` for passwords that bcrypt would truncate: more than 72 bytes, or a NUL
   */
  async hashPassword(password: Secret): Promise<string> {
    if (!isHashablePassword(password.reveal())) {
      throw new DomainError(
        'invalid_value',
        `password must be at most ${String(PASSWORD_MAX_BYTES)} bytes long in UTF-8 and hold no NUL character`,
      );
    }
    return this.inTurn('hash', () => bcrypt.hash(password.reveal(), this.passwordCost));
  }

  /**
   * Whether a password matches a stored hash. Always takes the time of one comparison, even without a hash (an unknown
   * user) and for input that can never match.
   */
  async verifyPassword(hash: string | null | undefined, password: Secret): Promise<boolean> {
    const possible = typeof hash === 'string' && isHashablePassword(password.reveal());
    const [text, compared] = possible ? [password.reveal(), hash] : ['', await this.dummyHash()];
    const matches = await this.inTurn('compare', async () => {
      const result = await bcrypt.compare(text, compared);
      await this.padToSlowest(bcrypt.getRounds(compared));
      return result;
    });
    return possible && matches;
  }

  private inTurn<T>(operation: HashingMessage['operation'], work: () => Promise<T>): Promise<T> {
    const { semaphore } = this;
    return hashingChannel.hasSubscribers ? observedHashing(operation, semaphore, work) : semaphore.run(work);
  }

  /**
   * Pads the comparison of an older, cheaper hash to the highest cost seen, so that timing does not reveal it. Each cost
   * takes twice the time of the one below, so hashing once at each cost from the old one up to one below the highest
   * takes the missing time.
   */
  private async padToSlowest(cost: number): Promise<void> {
    this.slowest = Math.max(this.slowest, cost);
    for (let missing = cost; missing < this.slowest; missing += 1) {
      await bcrypt.hash('', missing);
    }
  }

  /** Whether a stored hash has a cost other than the configured one and should be renewed. */
  isOutdated(hash: string): boolean {
    return bcrypt.getRounds(hash) !== this.passwordCost;
  }

  private dummyHash(): Promise<string> {
    this.dummy ??= bcrypt.hash(randomBytes(16).toString('hex'), this.passwordCost);
    return this.dummy;
  }

  /** Prepares the dummy hash, so that the first unknown user takes no longer than later ones. */
  async onModuleInit(): Promise<void> {
    await this.dummyHash();
  }
}
