/** Manages the personal tokens of users. */
import { Injectable } from '@nestjs/common';
import { MoreThan, Not } from 'typeorm';
import {
  HashingService,
  Secret,
  TokenListing,
  TokenService,
  UnitOfWork,
  UserDirectory,
  collected,
  storedTime,
  type Actor,
  type PreparedToken,
  type ReaderId,
  type TokenChanges,
  type Transaction,
} from '../core/index.js';
import { PersonalTokenQuota } from './logins/personal-token-quota.js';
import { PersonalToken } from './personal-token.entity.js';
import { PersonalTokenHandles } from './personal-token-handles.js';
import { SessionToken } from './session-token.entity.js';
import { lockUserShared } from './user-row-lock.js';

/** A token that was just issued, with its secret, which cannot be read again later. */
export interface IssuedPersonalToken {
  token: PersonalToken;
  secret: Secret;
}

/** What is stored of a new token. */
interface StoredValues {
  readonly secret: Secret;
  readonly handle: string;
  readonly expiresAt?: Date | null;
  readonly scopes?: readonly string[] | null;
}

/** Lists, issues, describes and revokes the personal tokens of users. */
@Injectable()
export class PersonalTokenService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly tokens: TokenService,
    private readonly listing: TokenListing,
    private readonly hashing: HashingService,
    private readonly handles: PersonalTokenHandles,
    private readonly quota: PersonalTokenQuota,
    private readonly users: UserDirectory,
  ) {}

  /** A user's tokens in batches, oldest first. */
  all(userId: number, reader: ReaderId = null): AsyncGenerator<PersonalToken[], void> {
    return this.listing.ofUser(reader, PersonalToken, userId);
  }

  /** A user's tokens, oldest first. */
  list(userId: number): Promise<PersonalToken[]> {
    return collected(this.all(userId));
  }

  /** The user's token with this handle, or `null`. */
  find(userId: number, handle: string): Promise<PersonalToken | null> {
    return this.unitOfWork.read((manager) => this.tokens.find(manager, PersonalToken, { userId, handle }));
  }

  /** The token with this handle, of any owner, or `null`. */
  findByHandle(handle: string): Promise<PersonalToken | null> {
    return this.unitOfWork.read((manager) => this.tokens.find(manager, PersonalToken, { handle, handleScope: '' }));
  }

  /** @throws DomainError `user_not_found`, `quota_reached`, `scopes_exceeded`, `invalid_value` */
  async issue(
    actor: Actor,
    userId: number,
    description: string,
    expiresAt: Date | null = null,
    scopes: readonly string[] | null = null,
  ): Promise<IssuedPersonalToken> {
    return this.unitOfWork.write(actor, await this.prepareIssue(userId, description, expiresAt, scopes));
  }

  /**
   * Makes a secret.
   * @returns what issues the token in an open transaction: throws DomainError `user_not_found`, `quota_reached`,
   * `scopes_exceeded`, `invalid_value`
   */
  async prepareIssue(
    userId: number,
    description: string,
    expiresAt: Date | null,
    scopes: readonly string[] | null,
  ): Promise<PreparedToken<PersonalToken>> {
    const prepared = await this.prepare(this.hashing.newSecret());
    return async (tx) => {
      // A caller who issues a token to themselves is locked as the author already.
      if (tx.actor.tokenId === null || tx.actor.userId !== userId) await lockUserShared(this.users, tx, userId);
      await this.quota.requireBelowQuota(tx, userId);
      return this.insert(tx, userId, description, { ...prepared, expiresAt, scopes });
    };
  }

  /** Hashes a secret before the transaction that stores it. */
  async prepare(secret: Secret): Promise<{ secret: Secret; handle: string }> {
    return { secret, handle: await this.handles.handleOf(secret) };
  }

  /** Stores a prepared secret as a token of the user within an open transaction. */
  async insert(
    tx: Transaction,
    userId: number,
    description: string,
    { secret, handle, expiresAt = null, scopes = null }: StoredValues,
  ): Promise<IssuedPersonalToken> {
    const digest = this.hashing.digest(secret);
    const values = { handle, userId, label: description, digest, expiresAt, scopes };
    const token = await this.tokens.issue(tx, PersonalToken, values);
    return { token, secret };
  }

  /** @throws DomainError `token_not_found` */
  describe(actor: Actor, { id, userId }: PersonalToken, description: string): Promise<PersonalToken> {
    return this.unitOfWork.write(actor, (tx) =>
      this.tokens.update(tx, PersonalToken, { id, userId }, { label: description }),
    );
  }

  /**
   * Replaces the secret; the token keeps its id and its handle. The old secret works until `previousUntil`. If it stops at
   * once, so do the logins that were made with it, except the one that the author uses.
   * @throws DomainError `token_not_found`; `conflict` if another caller has rotated since the token was read
   */
  rotate(actor: Actor, token: PersonalToken, previousUntil: Date | undefined): Promise<IssuedPersonalToken> {
    return this.unitOfWork.write(actor, this.prepareRotation(token, previousUntil));
  }

  /**
   * Makes a secret.
   * @returns what replaces the old one in an open transaction: throws DomainError `token_not_found`, `conflict`
   */
  prepareRotation(token: PersonalToken, previousUntil: Date | undefined): PreparedToken<PersonalToken> {
    const { id, userId, secretVersion: expectedVersion } = token;
    const secret = this.hashing.newSecret();
    const rotation = { digest: this.hashing.digest(secret), previousUntil, expectedVersion };
    return async (tx) => {
      const rotated = await this.tokens.rotate(tx, PersonalToken, { id, userId }, rotation);
      if (!previousUntil || previousUntil <= tx.now) await endLogins(tx, rotated);
      return { token: rotated, secret };
    };
  }

  /**
   * Changes columns in an open transaction. Disabling a token, or giving it scopes, ends the logins that were made with it.
   * @throws DomainError `token_not_found`
   */
  async changeIn(
    tx: Transaction,
    { id, userId }: PersonalToken,
    changes: TokenChanges<PersonalToken>,
  ): Promise<PersonalToken> {
    const changed = await this.tokens.update(tx, PersonalToken, { id, userId }, changes);
    if (changes.enabled === false) await endLogins(tx, changed);
    // They would outlive it.
    if (changes.expiresAt) {
      const isLater = { userId, parentId: id, expiresAt: MoreThan(storedTime(changes.expiresAt)) };
      await tx.manager.update(SessionToken, isLater, { expiresAt: changes.expiresAt });
    }
    // They have no scopes, and would go on without limits.
    if (changes.scopes) await tx.manager.delete(SessionToken, { userId, parentId: id });
    return changed;
  }

  /**
   * Removes a token, and ends the logins that were created with it.
   * @throws DomainError `token_not_found`
   */
  revoke(actor: Actor, token: PersonalToken): Promise<PersonalToken> {
    return this.unitOfWork.write(actor, (tx) => this.revokeIn(tx, token));
  }

  /** The same in an open transaction. @throws DomainError `token_not_found` */
  async revokeIn(tx: Transaction, { id, userId }: PersonalToken): Promise<PersonalToken> {
    const token = await this.tokens.revoke(tx, PersonalToken, { id, userId });
    await tx.manager.delete(SessionToken, { userId, parentId: id });
    return token;
  }
}

/** The author's own login goes on. */
async function endLogins({ manager, actor }: Transaction, { id, userId }: PersonalToken): Promise<void> {
  await manager.delete(SessionToken, { userId, parentId: id, id: Not(actor.tokenId ?? '') });
}
