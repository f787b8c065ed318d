/** The tokens of every kind for the code of hosts. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock, HostTransactions, UnitOfWork, wrongScopes, type ManagedChanges, type WorkUnit } from '../core/index.js';
import { HostActors } from './host-actors.js';
import { HostTokenLists } from './host-token-lists.js';
import { endOf } from './lengths-of-time.js';
import { TokenAccess } from './token-access.js';
import { TokenInfos } from './token-infos.js';
import { TokenManager, type Acting, type Presented } from './token-manager.js';
import { TokenRequestError } from './token-request-error.js';
import type {
  ActingAs,
  IssuedToken,
  Lifetime,
  Overlap,
  TokenInfo,
  TokenPage,
  TokenToIssue,
  TokensToList,
} from './tokens-api.types.js';

/** What the API calls. */
@Injectable()
export class TokensApiParts {
  constructor(
    readonly manager: TokenManager,
    readonly actors: HostActors,
    readonly lists: HostTokenLists,
    readonly access: TokenAccess,
    readonly infos: TokenInfos,
    readonly clock: Clock,
    readonly unitOfWork: UnitOfWork,
    readonly transactions: HostTransactions,
  ) {}
}

/** Who acts, and in which transaction. */
interface Context {
  readonly as?: ActingAs;
  readonly manager?: EntityManager;
}

/**
 * Issues and manages tokens from code. What it does is in the audit log and tells the `EventBus`, as a call of the API
 * would. When a revocation or an end at once has returned, no instance accepts the token or its old secret.
 *
 * It acts for the host itself, which may do everything; {@link TokensApi.as} acts for somebody else.
 * Refusals are `DomainError`s; a {@link TokenRequestError} also names the `field` that is wrong.
 */
export class TokensApi {
  private constructor(
    private readonly parts: TokensApiParts,
    private readonly context: Context,
  ) {}

  /** For the module that provides it; a host injects it. */
  static of(parts: TokensApiParts): TokensApi {
    return new TokensApi(parts, {});
  }

  /** The same on behalf of a user, of the caller of a request, or of a part of the host. */
  as(who: ActingAs): TokensApi {
    return new TokensApi(this.parts, { ...this.context, as: who });
  }

  /**
   * The same in an open transaction of the host: a change counts when the commit has returned, and never if it is rolled
   * back. Needs the connection that Latchkey shares with the host; every method throws a `HostTransactionError` otherwise.
   * @param manager - as `dataSource.transaction(async (manager) => …)` gives it, or that of a query runner
   */
  within(manager: EntityManager): TokensApi {
    return new TokensApi(this.parts, { ...this.context, manager });
  }

  /** @throws TokenRequestError; DomainError `not_permitted`, `user_not_found`, `quota_reached`, `scopes_exceeded` */
  async issue({ kind, name, account, owner, scopes = null, ...lifetime }: TokenToIssue): Promise<IssuedToken> {
    const { manager, actors } = this.parts;
    requireScopes(scopes);
    const acting = await this.acting();
    const expiresAt = this.endOf(lifetime);
    const ownerId = owner === undefined ? undefined : await actors.numberOf('owner', owner, acting.unit);
    const presented = await manager.issue(acting, { kind, name, accountId: account, ownerId, expiresAt, scopes });
    return this.issued(acting, presented);
  }

  /** The token, or `null` if there is none, or none that who acts may see. */
  async find(id: string): Promise<TokenInfo | null> {
    const { reader, unit } = await this.acting();
    const token = await this.parts.access.find(reader, id, unit);
    return token ? this.parts.infos.one(unit, token) : null;
  }

  /**
   * A page of tokens. It shows what is committed, also within a transaction.
   * @throws TokenRequestError; DomainError `too_many_at_once`
   */
  async list(wanted: TokensToList = {}): Promise<TokenPage> {
    return this.parts.lists.page(await this.acting(), wanted);
  }

  /**
   * Replaces the secret. The old one stops at once, or at the end of the overlap.
   * @throws TokenRequestError; DomainError `token_not_found`, `not_permitted`; `conflict` if somebody else was first
   */
  async rotate(id: string, { overlap, overlapUntil }: Overlap = {}): Promise<IssuedToken> {
    const { manager, clock } = this.parts;
    const acting = await this.acting();
    const until = endOf({ at: ['overlapUntil', overlapUntil], after: ['overlap', overlap] }, clock.now());
    const presented = await manager.rotate(acting, await manager.changeable(acting, id), until ?? undefined);
    return this.issued(acting, presented);
  }

  /**
   * Lets a token expire later or earlier, also one that has expired. Without a lifetime, a token of an account lasts as long as
   * it was issued for, from now on.
   * @throws TokenRequestError; DomainError `token_not_found`, `not_permitted`
   */
  renew(id: string, lifetime: Lifetime = {}): Promise<TokenInfo> {
    return this.change(id, () => {
      const expiresAt = this.endOf(lifetime);
      return { expiresAt: expiresAt === undefined ? 'renewed' : expiresAt };
    });
  }

  /** @throws TokenRequestError; DomainError `token_not_found`, `not_permitted` */
  rename(id: string, name: string): Promise<TokenInfo> {
    return this.change(id, () => ({ name }));
  }

  /**
   * @param scopes - `null` for a token without scopes
   * @throws TokenRequestError; DomainError `token_not_found`, `not_permitted`, `scopes_exceeded`
   */
  changeScopes(id: string, scopes: readonly string[] | null): Promise<TokenInfo> {
    return this.change(id, () => {
      requireScopes(scopes);
      return { scopes };
    });
  }

  /** Keeps the token, but it is not accepted. @throws DomainError `token_not_found`, `not_permitted`, `last_admin` */
  disable(id: string): Promise<TokenInfo> {
    return this.change(id, () => ({ enabled: false }));
  }

  /** @throws DomainError `token_not_found`, `not_permitted` */
  enable(id: string): Promise<TokenInfo> {
    return this.change(id, () => ({ enabled: true }));
  }

  /**
   * Ends the secret before the last rotation.
   * @throws DomainError `token_not_found`, `not_permitted`; `conflict` if no overlap is running
   */
  endOverlap(id: string): Promise<TokenInfo> {
    return this.change(id, () => ({ previousUntil: this.parts.clock.now() }));
  }

  /**
   * Removes a token, with the logins that were made by it.
   * @throws DomainError `token_not_found`, `not_permitted`, `last_admin`; `in_use` while a policy names it
   */
  async revoke(id: string): Promise<void> {
    const { manager } = this.parts;
    const acting = await this.acting();
    await manager.revoke(acting, await manager.changeable(acting, id));
  }

  private async change(id: string, changes: () => ManagedChanges): Promise<TokenInfo> {
    const { manager, infos } = this.parts;
    const acting = await this.acting();
    return infos.one(acting.unit, await manager.change(acting, await manager.changeable(acting, id), changes()));
  }

  /** The token is read once more: as it is stored, with what tells whether an overlap runs. */
  private async issued({ unit }: Acting, presented: Presented): Promise<IssuedToken> {
    const { manager, infos } = this.parts;
    const token = await infos.one(unit, await manager.read(unit, presented.token.id));
    return { token, secret: presented.secret, headers: () => ({ ...presented.parts?.headers }) };
  }

  private endOf({ expiresAt, expiresIn }: Lifetime): Date | null | undefined {
    return endOf({ at: ['expiresAt', expiresAt], after: ['expiresIn', expiresIn] }, this.parts.clock.now());
  }

  private acting(): Promise<Acting> {
    const { unitOfWork, transactions, actors } = this.parts;
    const { as, manager } = this.context;
    const unit: WorkUnit = manager ? unitOfWork.within(manager, transactions) : unitOfWork;
    return actors.acting(as, unit);
  }
}

/** @throws TokenRequestError */
function requireScopes(scopes: readonly string[] | null): void {
  const wrong = scopes === null ? null : wrongScopes(scopes);
  if (wrong !== null) throw new TokenRequestError('scopes', `scopes ${wrong}`);
}
