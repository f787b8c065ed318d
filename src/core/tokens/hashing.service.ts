/** The only place that hashes and compares our own secrets and passwords; those of other servers: core/imported/algorithms.ts. */
import { hash as digestOf, randomBytes, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import bcrypt from 'bcrypt';
import { hashingChannel, type HashingMessage } from '../channels.js';
import { defaultsOf } from '../../settings/index.js';
import { PASSWORD_LIMIT_SETTINGS } from '../core.settings.js';
import { DomainError } from '../errors.js';
import { FairQueue } from '../concurrency/fair-queue.js';
import type { HashingTurn } from './hashing-turn.js';
import { observedHashing } from './observed-hashing.js';
import { CORE_OPTIONS, type CoreOptions } from '../options.js';
import { PASSWORD_MAX_BYTES, isHashablePassword, preparedPassword, presentedForms } from '../text-rules.js';
import { Secret } from './secret.js';

/** For what the server itself hashes. */
const OWN_TURN: HashingTurn = { purpose: 'change', caller: ['server'] };

/** `outdated`: right, but the stored hash should be renewed. */
export type PasswordCheck = 'wrong' | 'right' | 'outdated';

/**
 * Digests generated secrets (one SHA-256, which an index can find) and hashes what people choose (bcrypt in libuv's
 * threads, a bounded number at a time). Nothing here blocks the event loop.
 */
@Injectable()
export class HashingService implements OnModuleInit {
  /** How many may wait for each purpose. */
  readonly maxWaiting: number;
  private readonly passwordCost: number;
  private slowest: number;
  private readonly queue: FairQueue<HashingTurn['purpose']>;
  private dummy: Promise<string> | undefined;

  constructor(@Inject(CORE_OPTIONS) options: Pick<CoreOptions, 'bcryptCost'> & Partial<CoreOptions>) {
    const { bcryptCost, passwords: { slots, waiting } = defaultsOf(PASSWORD_LIMIT_SETTINGS) } = options;
    this.maxWaiting = waiting;
    this.passwordCost = bcryptCost;
    this.slowest = bcryptCost;
    this.queue = new FairQueue({
      concurrent: slots,
      maxWaiting: waiting,
      // A flood of passwords of tokens, or of new ones, stops nobody's login.
      reserved: ['login', 'known_login'],
      onReject: {
        message: 'too many passwords are being checked (setting PASSWORD_QUEUE); try again in 2 seconds',
        retryAfterSeconds: 2,
      },
    });
  }

  /** Number of passwords that wait to be hashed or compared. */
  get waiting(): number {
    return this.queue.waiting;
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
   * Hashes a password for storage, in its prepared form ({@link preparedPassword}).
   * @throws DomainError `invalid_value` for passwords that bcrypt would truncate: more than 72 bytes, or a NUL;
   * `unavailable` if too many are waiting
   */
  async hashPassword(password: Secret, turn = OWN_TURN): Promise<string> {
    const text = preparedPassword(password.reveal());
    if (!isHashablePassword(text)) {
      throw new DomainError(
        'invalid_value',
        `password must be at most ${String(PASSWORD_MAX_BYTES)} bytes long in UTF-8 and hold no NUL character`,
      );
    }
    return this.inTurn('hash', turn, () => bcrypt.hash(text, this.passwordCost));
  }

  /** {@link checkPassword} for hashes that are not renewed. */
  async verifyPassword(hash: string | null | undefined, password: Secret, turn = OWN_TURN): Promise<boolean> {
    return (await this.checkPassword(hash, password, turn)) !== 'wrong';
  }

  /**
   * Whether a password matches a stored hash. What was hashed before passwords were prepared still matches. The time
   * depends on the password presented only: it is the same without a hash (an unknown user), and for text that can
   * never match.
   * @throws DomainError `unavailable` if too many are waiting
   */
  async checkPassword(hash: string | null | undefined, password: Secret, turn: HashingTurn): Promise<PasswordCheck> {
    const [prepared = '', ...others] = presentedForms(password.reveal());
    return this.inTurn('compare', turn, async () => {
      const isCurrent = await this.matches(hash, prepared);
      let isOld = false;
      for (const text of others) isOld = (await this.matches(hash, text)) || isOld;
      if (isCurrent && typeof hash === 'string') return this.isOutdated(hash) ? 'outdated' : 'right';
      return isOld ? 'outdated' : 'wrong';
    });
  }

  private async matches(hash: string | null | undefined, text: string): Promise<boolean> {
    const possible = typeof hash === 'string' && isHashablePassword(text);
    const [compared, stored] = possible ? [text, hash] : ['', await this.dummyHash()];
    const result = await bcrypt.compare(compared, stored);
    await this.padToSlowest(bcrypt.getRounds(stored));
    return possible && result;
  }

  private inTurn<T>(operation: HashingMessage['operation'], turn: HashingTurn, work: () => Promise<T>): Promise<T> {
    const { queue } = this;
    return hashingChannel.hasSubscribers ? observedHashing(operation, turn, queue, work) : queue.run(turn, work);
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
