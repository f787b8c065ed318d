/** The limits on failed logins, exchanges of tokens, and changes of passwords. */
import { Inject, Injectable } from '@nestjs/common';
import type { Actor, Origin } from '../../core/index.js';
import type { GuessBucket } from '../channels.js';
import { IDENTITY_OPTIONS, type IdentityOptions } from '../options.js';
import { ClearedNetworks } from './cleared-networks.js';
import { GuessThrottle, type Attempt, type GuessLimit } from './guess-throttle.js';
import { networksOf } from '../../core/index.js';

/** An account whose password is guessed. */
export interface GuessedAccount {
  /** Identifies it, whether or not it exists. */
  readonly key: string;
  /** Changes whenever its failures are to be forgotten. */
  readonly generation: string;
  /** Whether somebody has signed in to it from the caller's network before. */
  readonly isKnownNetwork: boolean;
}

/**
 * Failures are counted for an account and a network together before they are counted for either. A network from which
 * somebody has signed in to the account has a limit of its own, which nobody else reaches: strangers lock out strangers.
 */
@Injectable()
export class LoginThrottle {
  constructor(
    @Inject(IDENTITY_OPTIONS) private readonly options: Pick<IdentityOptions, 'loginThrottle'>,
    private readonly throttle: GuessThrottle,
    @Inject(ClearedNetworks) private readonly cleared: Pick<ClearedNetworks, 'times'>,
  ) {}

  /** @throws DomainError `throttled`, `unavailable` */
  async login(origin: Origin, account: GuessedAccount): Promise<Attempt> {
    const [first, ...others] = this.accountLimits(origin, account);
    const limits: [GuessLimit, ...GuessLimit[]] = account.isKnownNetwork
      ? [first, ...others]
      : [first, ...others, ...(await this.networkLimits(origin))];
    return this.throttle.begin({ purpose: 'login', failures: 'failed logins', origin, limits });
  }

  /**
   * For a user who changes their own password and has presented a token: strangers cannot make such an attempt, so
   * their failures are not counted here.
   * @throws DomainError `throttled`, `unavailable`
   */
  change(actor: Actor, account: GuessedAccount): Promise<Attempt> {
    const limits = this.accountLimits(actor, account);
    return this.throttle.begin({ purpose: 'change', failures: 'wrong passwords', origin: actor, limits });
  }

  /**
   * Counts a login with a token that is not accepted. Tokens are too long to be guessed; the limit bounds what a caller
   * can have written to the audit log. Tokens that are accepted are not counted and never refused.
   * @throws DomainError `throttled`, `unavailable`
   */
  async tokenRefused(origin: Origin): Promise<void> {
    const [first, ...others] = await this.networkLimits(origin);
    const limits: [GuessLimit, ...GuessLimit[]] = [first, ...others];
    const attempt = await this.throttle.begin({ purpose: 'token', failures: 'failed logins', origin, limits });
    attempt.failed();
  }

  /**
   * Begins a login by OpenID Connect, which is about no account before the provider has answered. Cancel the attempt
   * after a success: that of one person does not undo the failures of others.
   * @throws DomainError `throttled`, `unavailable`
   */
  async provider(origin: Origin): Promise<Pick<Attempt, 'failed' | 'cancelled'>> {
    const limits = await this.networkLimits(origin);
    return this.throttle.begin({ purpose: 'openid', failures: 'failed logins', origin, limits });
  }

  /**
   * For a token that is presented with a name and a password, by somebody who need not be known.
   * @throws DomainError `throttled`, `unavailable`
   */
  async tokenPassword(origin: Origin, token: Omit<GuessedAccount, 'isKnownNetwork'>): Promise<Attempt> {
    const [first, ...others] = this.accountLimits(origin, { ...token, isKnownNetwork: false });
    const limits: [GuessLimit, ...GuessLimit[]] = [first, ...others, ...(await this.networkLimits(origin))];
    return this.throttle.begin({ purpose: 'token_password', failures: 'wrong passwords of tokens', origin, limits });
  }

  private accountLimits(
    { address }: Origin,
    { key, generation, isKnownNetwork }: GuessedAccount,
  ): [GuessLimit, ...GuessLimit[]] {
    const { failuresPerAccount, failuresPerAccountInTotal, wideNetworkFactor } = this.options.loginThrottle;
    const { narrow, wide } = networksOf(address);
    const of = (bucket: GuessBucket, failures: number, ...parties: string[]): GuessLimit => ({
      bucket,
      failures,
      parties: [key, generation, ...parties],
    });
    if (isKnownNetwork) return [of('account_and_known_network', failuresPerAccount, narrow)];
    return [
      of('account_and_network', failuresPerAccount, narrow),
      of('account_and_wide_network', failuresPerAccount * wideNetworkFactor, wide),
      of('account', failuresPerAccountInTotal),
    ];
  }

  private async networkLimits({ address }: Origin): Promise<[GuessLimit, GuessLimit]> {
    const { failuresPerAddress, wideNetworkFactor } = this.options.loginThrottle;
    const { narrow, wide } = networksOf(address);
    const clearedAt = await this.cleared.times();
    const of = (network: string): string[] => [network, String(clearedAt[network] ?? '')];
    return [
      { bucket: 'network', parties: of(narrow), failures: failuresPerAddress },
      { bucket: 'wide_network', parties: of(wide), failures: failuresPerAddress * wideNetworkFactor },
    ];
  }
}
