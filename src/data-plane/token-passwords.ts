/** Checks the passwords of tokens that are presented with a name: guesses are counted like those of logins. */
import { Injectable } from '@nestjs/common';
import {
  HashingService,
  RecentValues,
  Secret,
  UnitOfWork,
  Verifier,
  anonymousFrom,
  type NamedToken,
  type NamedTokens,
  type Origin,
  type Verdict,
} from '../core/index.js';
import { LoginThrottle, TokenPasswordRefused } from '../identity/index.js';

/** How many passwords that were right are remembered, in this process and until it ends. */
const REMEMBERED = 10_000;

/** What was presented. */
export interface NamedPassword {
  readonly kind: string;
  readonly accountId: string;
  readonly name: string;
  readonly password: Secret;
}

@Injectable()
export class TokenPasswords {
  /** The stored hashes that passwords matched, by a digest of what was presented. */
  private readonly right = new RecentValues<string, string>(REMEMBERED);
  /** Makes the digests useless to whoever reads them elsewhere. */
  private readonly salt: string;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly hashing: HashingService,
    private readonly throttle: LoginThrottle,
    private readonly verifier: Verifier,
  ) {
    this.salt = hashing.newSecret().reveal();
  }

  /**
   * The name and the hash are read each time, so a change counts at once. A password that was right for this hash is
   * neither hashed again nor counted: its holder is not locked out by the guesses of others.
   * @throws DomainError `throttled`, `unavailable`
   */
  async check(tokens: NamedTokens, presented: NamedPassword, origin: Origin = { address: null }): Promise<Verdict> {
    const { kind, accountId, name } = presented;
    const found = await this.unitOfWork.read((manager) => tokens.find(manager, accountId, name));
    const key = this.keyOf(presented);
    const { passwordHash = null } = found ?? {};
    const isKnown = passwordHash !== null && this.right.get(key) === passwordHash;
    if (!isKnown && !(await this.matches(found, presented, origin))) {
      await this.recordFailure(found, presented, origin);
      return found ? { status: 'wrong_secret', token: found.token } : { status: 'unknown' };
    }
    if (!found || passwordHash === null) return { status: 'unknown' };
    this.right.set(key, passwordHash);
    const { handle, handleScope } = found.token;
    return this.verifier.check({ kind, handleScope, secret: new Secret(handle) }, origin);
  }

  private async matches(found: NamedToken | null, presented: NamedPassword, origin: Origin): Promise<boolean> {
    const { kind, accountId, name, password } = presented;
    const hash = found?.passwordHash ?? null;
    const account = { key: JSON.stringify([kind, accountId, name]), generation: hash ?? '' };
    const attempt = await this.throttle.tokenPassword(origin, account);
    try {
      const turn = { purpose: 'token_password', caller: [accountId, origin.address ?? ''] } as const;
      const isRight = await this.hashing.verifyPassword(hash, password, turn);
      if (isRight) await attempt.succeeded();
      else attempt.failed();
      return isRight;
    } catch (error) {
      await attempt.cancelled();
      throw error;
    }
  }

  private async recordFailure(
    found: NamedToken | null,
    { kind, accountId, name }: NamedPassword,
    origin: Origin,
  ): Promise<void> {
    const change = new TokenPasswordRefused({ kind, accountId, name, tokenId: found?.token.id ?? null });
    await this.unitOfWork.write(anonymousFrom(origin), (tx) => {
      tx.record(change);
      return Promise.resolve();
    });
  }

  private keyOf({ kind, accountId, name, password }: NamedPassword): string {
    return this.hashing.digest(new Secret(JSON.stringify([this.salt, kind, accountId, name, password.reveal()])));
  }
}
