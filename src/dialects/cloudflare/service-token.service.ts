/** Manages the service tokens of an account (docs/contracts/cloudflare.md §4). */
import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { policyNaming, type Policy } from '../../applications/index.js';
import {
  DomainError,
  HashingService,
  Secret,
  TokenListing,
  TokenService,
  UnitOfWork,
  newCheckedSecret,
  type Actor,
  type PageRequest,
  type PreparedToken,
  type ReaderId,
  type TokenFilter,
  type Transaction,
} from '../../core/index.js';
import { AccountService, lockAccountForUpdate, lockAccountShared, requireAdministrator } from '../../identity/index.js';
import type { Values } from '../../settings/index.js';
import { CLOUDFLARE_OPTIONS } from './cloudflare.options.js';
import type { CLOUDFLARE_SETTINGS } from './cloudflare.settings.js';
import { FOREVER, expiryOf } from './duration.js';
import { tokenInUse } from './cloudflare.errors.js';
import { Rotations } from './rotations.js';
import { ServiceToken } from './service-token.entity.js';

/** Values that a client can change; absent ones stay unchanged. */
export interface ServiceTokenChanges {
  name?: string | undefined;
  duration?: string | undefined;
  /** When it expires, if that is not to be computed from the duration. */
  expiresAt?: Date | undefined;
  enabled?: boolean | undefined;
  /** `null` for a token without scopes. The vendor has none: they come from Latchkey's own API and from hosts. */
  scopes?: readonly string[] | null | undefined;
  /** A version above the current one rotates the secret. */
  version?: number | undefined;
  /** When the overlap ends. */
  previousUntil?: Date | undefined;
}

/** A token, and its secret if it was just created. */
export interface ServiceTokenWithSecret {
  token: ServiceToken;
  secret: Secret | null;
}

const DEFAULT_DURATION = '8760h';

@Injectable()
export class ServiceTokenService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly tokens: TokenService,
    private readonly listing: TokenListing,
    private readonly hashing: HashingService,
    private readonly accounts: AccountService,
    private readonly rotations: Rotations,
    @Inject(CLOUDFLARE_OPTIONS) private readonly options: Values<typeof CLOUDFLARE_SETTINGS>,
  ) {}

  /** @throws DomainError `account_not_found`, `quota_reached` */
  create(
    actor: Actor,
    accountId: string,
    values: ServiceTokenChanges & { name: string },
  ): Promise<ServiceTokenWithSecret> {
    return this.unitOfWork.write(actor, this.prepare(accountId, values));
  }

  /**
   * Makes a secret.
   * @returns what creates the token in an open transaction: throws DomainError `not_permitted`, `account_not_found`,
   * `quota_reached`
   */
  prepare(
    accountId: string,
    { name, duration = DEFAULT_DURATION, expiresAt, ...more }: ServiceTokenChanges & { name: string },
  ): PreparedToken<ServiceToken> {
    const { enabled, version, previousUntil, scopes = null } = more;
    const secret = newCheckedSecret(this.options.secretPrefix);
    const handle = newClientId();
    return async (tx) => {
      await requireAdministrator(tx, tx.actor, accountId);
      await this.holdAccount(tx, accountId);
      const token = await this.tokens.issue(tx, ServiceToken, {
        handle,
        label: name,
        accountId,
        duration,
        scopes,
        digest: this.hashing.digest(secret),
        expiresAt: expiresAt ?? expiryOf(duration, tx.now, tx.now),
        ...(enabled !== undefined && { enabled }),
        ...(version !== undefined && { secretVersion: version }),
        ...(previousUntil !== undefined && { previousSecretExpiresAt: previousUntil }),
      });
      return { token, secret };
    };
  }

  /**
   * @param arrivedAt - when the request for it has arrived, by `performance.now()`
   * @throws DomainError `token_not_found`
   */
  async get(accountId: string, id: string, arrivedAt: number): Promise<ServiceToken> {
    const token = await this.unitOfWork.read((manager) => this.tokens.find(manager, ServiceToken, { accountId, id }));
    if (!token) throw new DomainError('token_not_found', 'no such service token');
    this.rotations.noteRequest(token, arrivedAt);
    return token;
  }

  /** A page of an account's tokens, oldest first, and the total number that match the filter. */
  page(reader: ReaderId, accountId: string, filter: TokenFilter, page: PageRequest): Promise<[ServiceToken[], number]> {
    return this.listing.page(reader, ServiceToken, accountId, filter, page);
  }

  /** All tokens of an account that match the filter, in batches. */
  all(reader: ReaderId, accountId: string, filter: TokenFilter): AsyncGenerator<ServiceToken[], void> {
    return this.listing.ofAccount(reader, ServiceToken, accountId, filter);
  }

  /**
   * Changes the given values in one step. A higher version rotates the secret; the result then contains the new one.
   * @throws DomainError `token_not_found`, `conflict`
   */
  async update(actor: Actor, token: ServiceToken, changes: ServiceTokenChanges): Promise<ServiceTokenWithSecret> {
    if (changes.version !== undefined && changes.version > token.secretVersion) {
      const rotate = (): Promise<ServiceTokenWithSecret> =>
        this.unitOfWork.write(actor, this.prepareRotation(token, changes.previousUntil, changes));
      return this.rotations.run(token, false, rotate);
    }
    return this.accounts.change(actor, token.accountId, async (tx) => ({
      token: await this.changeColumns(tx, token, changes),
      secret: null,
    }));
  }

  /** Changes values, but not the secret, in an open transaction. @throws DomainError `token_not_found`, `not_permitted` */
  async changeIn(tx: Transaction, token: ServiceToken, changes: ServiceTokenChanges): Promise<ServiceToken> {
    await requireAdministrator(tx, tx.actor, token.accountId);
    return this.changeColumns(tx, token, changes);
  }

  /**
   * Renews a token, even an expired one: it expires at now + duration, one year by default. `forever` keeps its date.
   * @throws DomainError `token_not_found`
   */
  refresh(actor: Actor, token: ServiceToken): Promise<ServiceToken> {
    return this.unitOfWork.write(actor, (tx) => this.refreshIn(tx, token));
  }

  /** The same in an open transaction. @throws DomainError `token_not_found`, `not_permitted` */
  async refreshIn(tx: Transaction, token: ServiceToken): Promise<ServiceToken> {
    await requireAdministrator(tx, tx.actor, token.accountId);
    return this.tokens.update(tx, ServiceToken, token, ({ duration, expiresAt, createdAt }) => ({
      expiresAt: duration === FOREVER ? expiresAt : expiryOf(duration, tx.now, createdAt),
    }));
  }

  /**
   * Replaces the secret. The old one works until `previousUntil`, or stops at once.
   * @throws DomainError `token_not_found`; `conflict` if another caller has rotated since the token was read, or is about
   * to on this instance
   */
  rotate(actor: Actor, token: ServiceToken, previousUntil?: Date): Promise<ServiceTokenWithSecret> {
    return this.rotations.run(token, true, () =>
      this.unitOfWork.write(actor, this.prepareRotation(token, previousUntil)),
    );
  }

  /**
   * @throws DomainError `token_not_found`; CloudflareError 12139 while a policy names the token
   */
  delete(actor: Actor, token: ServiceToken): Promise<ServiceToken> {
    return this.unitOfWork.write(actor, (tx) => this.deleteIn(tx, token, tokenInUse));
  }

  /**
   * The same in an open transaction.
   * @param inUse - the error for a token that a policy names
   * @throws DomainError `token_not_found`, `not_permitted`
   */
  async deleteIn(tx: Transaction, token: ServiceToken, inUse: (policy: Policy) => Error): Promise<ServiceToken> {
    await requireAdministrator(tx, tx.actor, token.accountId);
    const revoked = await this.tokens.revoke(tx, ServiceToken, token);
    // The token is locked: no policy can begin to name it.
    const policy = await policyNaming(tx.manager, token.id);
    if (policy) throw inUse(policy);
    return revoked;
  }

  /**
   * Makes a secret.
   * @returns what replaces the old one in an open transaction: throws DomainError `not_permitted`, `token_not_found`,
   * `conflict`
   */
  prepareRotation(
    token: ServiceToken,
    previousUntil: Date | undefined,
    changes: ServiceTokenChanges = {},
  ): PreparedToken<ServiceToken> {
    const secret = newCheckedSecret(this.options.secretPrefix);
    const rotation = { digest: this.hashing.digest(secret), previousUntil, expectedVersion: token.secretVersion };
    return async (tx) => {
      await requireAdministrator(tx, tx.actor, token.accountId);
      const rotated = await this.tokens.rotate(tx, ServiceToken, token, {
        ...rotation,
        ...(changes.version !== undefined && { version: changes.version }),
        changes: this.columns(tx, token, changes),
      });
      return { token: rotated, secret };
    };
  }

  private changeColumns(tx: Transaction, token: ServiceToken, changes: ServiceTokenChanges): Promise<ServiceToken> {
    return this.tokens.update(tx, ServiceToken, token, (present) => ({
      ...this.columns(tx, present, changes),
      ...(changes.scopes !== undefined && { scopes: changes.scopes }),
      ...(changes.previousUntil !== undefined && { previousSecretExpiresAt: changes.previousUntil }),
    }));
  }

  private columns(
    { now }: Transaction,
    { createdAt }: ServiceToken,
    { name, duration, expiresAt, enabled }: ServiceTokenChanges,
  ): Partial<Pick<ServiceToken, 'label' | 'enabled' | 'duration' | 'expiresAt'>> {
    return {
      ...(name !== undefined && { label: name }),
      ...(enabled !== undefined && { enabled }),
      ...(duration !== undefined && { duration, expiresAt: expiresAt ?? expiryOf(duration, now, createdAt) }),
    };
  }

  /** Locks the account against deletion, and checks its limit of tokens. */
  private async holdAccount(tx: Transaction, accountId: string): Promise<void> {
    const { tokensPerAccount } = this.options;
    if (tokensPerAccount === 0) {
      await lockAccountShared(tx, accountId);
      return;
    }
    await lockAccountForUpdate(tx, accountId);
    if ((await this.listing.count(tx.manager, ServiceToken, accountId)) >= tokensPerAccount) {
      throw new DomainError(
        'quota_reached',
        `maximum number of service tokens has been reached: the account has ${String(tokensPerAccount)} (setting ` +
          'SERVICE_TOKENS_PER_ACCOUNT); delete unused ones, or ask an administrator of the server',
      );
    }
  }
}

/** A client id, the public part of a service token: 32 hex characters and a suffix (docs/contracts/cloudflare.md §2.1). */
export function newClientId(): string {
  return `${randomBytes(16).toString('hex')}.access`;
}
