/** The life cycle of tokens of every kind: issue, find, update, rotate, revoke. */
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { DataSource, EntityManager, FindOptionsWhere, ObjectType, UpdateQueryBuilder } from 'typeorm';
import { TokenIssued, TokenRevoked, TokenRotated, TokenUpdated } from '../changes/changes.js';
import { dataSourceOf, deleteRow, insertRows } from '../database/row-mapper.js';
import { DomainError } from '../errors.js';
import { beyondScopes, canonicalScopes, isWithin } from './scopes.js';
import { toldOf } from './told-changes.js';
import { TokenDependents } from './token-dependents.js';
import { Token } from './token.entity.js';
import type { Transaction } from '../database/transaction.js';

/** The owner of a token. */
export type Owner = { readonly userId: number } | { readonly accountId: string };

/** Identifies a token to change. It includes the owner, so that nobody can reach tokens of others. */
export type TokenRef = { readonly id: string } & Owner;

/** Conditions by which a token is found; all must hold. */
export type TokenSelector = ({ readonly id: string } | { readonly handle: string }) &
  Partial<Pick<Token, 'id' | 'handle' | 'handleScope' | 'userId' | 'accountId'>>;

/** The entity class of a kind of token. */
export type TokenKind<T extends Token> = ObjectType<T> & Pick<typeof Token, 'lock'>;

type OwnColumns<T extends Token> = Partial<Omit<T, keyof Token>>;

/** The values of a new token, including the columns of its kind. */
export type NewToken<T extends Token> = Pick<Token, 'handle' | 'label'> &
  Partial<Pick<Token, 'handleScope' | 'userId' | 'accountId' | 'enabled' | 'expiresAt' | 'secretVersion' | 'scopes'>> &
  OwnColumns<T> & {
    /** SHA-256 of its secret. It may be `null` only if the handle belongs to an account ({@link Token.handleScope}). */
    digest: string | null;
  };

/** Values that can be changed. The secret is changed only by {@link TokenService.rotate}. */
export type TokenChanges<T extends Token> = Partial<
  Pick<Token, 'handle' | 'label' | 'enabled' | 'expiresAt' | 'previousSecretExpiresAt' | 'scopes'>
> &
  OwnColumns<T>;

/** A new secret for an existing token. */
export interface Rotation {
  /** SHA-256 of the new secret. */
  digest: string;
  /** Until when (exclusive) the old secret still works. If it is absent or in the past, the old secret ends at once. */
  previousUntil?: Date | null | undefined;
  /** Rotate only if the version is still this one; otherwise `conflict`. */
  expectedVersion?: number;
  /** The new version. Default: the current version plus one. */
  version?: number;
  /** Other values to change in the same step. */
  changes?: Partial<Pick<Token, 'label' | 'enabled' | 'expiresAt'>>;
}

/** The columns of a token that was never used. */
export const NO_ORIGINS = {
  lastSeenAddress: null,
  lastSeenAgent: null,
  previousLastSeenAddress: null,
  previousLastSeenAgent: null,
};

/**
 * Works inside a unit of work and records its changes. Every change is a conditional UPDATE or DELETE whose row count
 * decides between concurrent callers; methods return what was written. Who acts by a token with scopes can only do it to
 * tokens that have scopes among these, before and after (`scopes_exceeded`).
 */
@Injectable()
export class TokenService {
  constructor(private readonly dependents: TokenDependents) {}

  /** @throws UniqueViolation if the handle is in use; DomainError `invalid_value` for scopes that are none */
  async issue<T extends Token>(tx: Transaction, kind: TokenKind<T>, values: NewToken<T>): Promise<T> {
    const { digest, scopes = null, ...given } = values;
    const token: Token = Object.assign(tx.manager.create(kind), {
      id: newTokenId(tx.now),
      kind: dataSourceOf(tx.manager).getMetadata(kind).discriminatorValue,
      handleScope: '',
      userId: null,
      accountId: null,
      enabled: true,
      secretVersion: 1,
      expiresAt: null,
      previousSecretExpiresAt: null,
      rotatedAt: null,
      lastSeenAt: null,
      previousLastSeenAt: null,
      ...NO_ORIGINS,
      createdAt: tx.now,
      updatedAt: tx.now,
      createdBy: tx.actor.userId === null ? null : String(tx.actor.userId),
      scopes: scopes && canonicalScopes(scopes),
      ...given,
    });
    requireScopes(tx, token);
    await insertRows(tx.manager, kind, [{ ...(token as T), secretDigest: digest }]);
    await countToken(tx.manager, token, 1);
    tx.record(new TokenIssued(token, token.scopes === null ? {} : { scopes: token.scopes }));
    return token as T;
  }

  /** The token that meets the conditions, or `null`. */
  find<T extends Token>(manager: EntityManager, kind: TokenKind<T>, selector: TokenSelector): Promise<T | null> {
    return manager.findOneBy(kind, where<T>(selector));
  }

  /**
   * Changes columns. A new end of the overlap applies only while the overlap runs; an ended overlap is not revived.
   * @throws DomainError `token_not_found`
   */
  async update<T extends Token>(
    tx: Transaction,
    kind: TokenKind<T>,
    ref: TokenRef,
    wanted: TokenChanges<T> | ((present: T) => TokenChanges<T>),
  ): Promise<T> {
    const token = await this.locked(tx, kind, ref);
    const given = typeof wanted === 'function' ? wanted(token) : wanted;
    const changes = given.scopes === undefined ? given : { ...given, scopes: canonicalScopes(given.scopes) };
    if (changes.scopes !== undefined) requireScopes(tx, { scopes: changes.scopes });
    const told = toldOf(token, changes);
    await this.write(
      tx,
      kind,
      token,
      changes,
      endsOverlap(token, changes, tx.now) ? { previousSecretDigest: null } : {},
    );
    tx.record(new TokenUpdated(token, told));
    await this.dependents.follow(tx, token, Object.keys(changes));
    return token;
  }

  /**
   * Replaces the secret. There is at most one previous secret; any older one stops working.
   * @throws DomainError `token_not_found`, or `conflict` if another caller rotated first
   */
  async rotate<T extends Token>(tx: Transaction, kind: TokenKind<T>, ref: TokenRef, rotation: Rotation): Promise<T> {
    const token = await this.locked(tx, kind, ref);
    const { expectedVersion = token.secretVersion, previousUntil } = rotation;
    if (expectedVersion !== token.secretVersion) throw rotatedMeanwhile();
    const overlaps = !!previousUntil && previousUntil > tx.now;
    const old = overlaps ? await this.digestOf(tx, token.id) : null;
    const columns: Partial<Token> = {
      ...rotation.changes,
      secretVersion: rotation.version ?? token.secretVersion + 1,
      previousSecretExpiresAt: previousUntil ?? startOfSecond(tx.now),
      rotatedAt: tx.now,
      previousLastSeenAt: null,
      previousLastSeenAddress: null,
      previousLastSeenAgent: null,
    };
    await this.write(tx, kind, token, columns, { secretDigest: rotation.digest, previousSecretDigest: old });
    const { secretVersion: version, previousSecretExpiresAt: previous_secret_expires_at } = token;
    tx.record(new TokenRotated(token, { version, previous_secret_expires_at }));
    return token;
  }

  /**
   * Removes a token and returns its last state.
   * @throws DomainError `token_not_found`
   */
  async revoke<T extends Token>(tx: Transaction, kind: TokenKind<T>, ref: TokenRef): Promise<T> {
    const token = await this.locked(tx, kind, ref);
    if (!(await deleteRow(tx.manager, Token, { id: token.id }))) throw notFound();
    await countToken(tx.manager, token, -1);
    tx.record(new TokenRevoked(token));
    await this.dependents.follow(tx, token, null);
    return token;
  }

  private async locked<T extends Token>(tx: Transaction, kind: TokenKind<T>, ref: TokenRef): Promise<T> {
    const token = await tx.lockForUpdate<T, 'id'>(kind, { id: ref.id }, where<T>(ownerOf(ref)));
    if (!token) throw notFound();
    requireScopes(tx, token);
    return token;
  }

  private async write<T extends Token>(
    tx: Transaction,
    kind: TokenKind<T>,
    token: T,
    changes: Partial<Token>,
    digests: Pick<Token, 'secretDigest' | 'previousSecretDigest'> = {},
  ): Promise<void> {
    const values = { ...changes, updatedAt: tx.now };
    const { affected } = await tx.manager
      .createQueryBuilder()
      .update(kind)
      .set({ ...values, ...digests } as unknown as Parameters<UpdateQueryBuilder<T>['set']>[0])
      .where({ id: token.id, secretVersion: token.secretVersion })
      .updateEntity(false)
      .execute();
    if (affected !== 1) throw rotatedMeanwhile();
    Object.assign(token, values);
  }

  private async digestOf(tx: Transaction, id: string): Promise<string | null> {
    const row = await tx.manager.findOne(Token, { select: { id: true, secretDigest: true }, where: { id } });
    return row?.secretDigest ?? null;
  }
}

/** @throws DomainError `scopes_exceeded` if the author's token has scopes, and these go beyond them */
function requireScopes({ actorScopes }: Transaction, { scopes }: Pick<Token, 'scopes'>): void {
  if (actorScopes !== null && !isWithin(scopes, actorScopes)) throw beyondScopes(actorScopes);
}

/** Counts tokens that were added or removed (-1), if they belong to an account and not to a user: those of one part. */
export async function countToken(manager: EntityManager, token: Token, change: number): Promise<void> {
  const { id, kind, accountId, userId } = token;
  if (accountId === null || userId !== null) return;
  await manager.query(oneCountText(dataSourceOf(manager)), [
    accountId,
    kind,
    Number.parseInt(id.slice(-1), 16),
    change,
  ]);
}

/** By connection: drivers look prepared statements up by the text, which is cheap for the same string. */
const COUNT_TEXTS = new WeakMap<DataSource, string>();

function oneCountText(dataSource: DataSource): string {
  const text = COUNT_TEXTS.get(dataSource) ?? countText(dataSource, 1);
  COUNT_TEXTS.set(dataSource, text);
  return text;
}

/** Adds to so many parts of counts; the parameters of each are the account, the kind, the part, and what is added. */
export function countText({ driver }: DataSource, parts: number): string {
  const rows = Array.from({ length: parts }, (_, row) => {
    return `(${[0, 1, 2, 3].map((at) => driver.createParameter('', row * 4 + at)).join(', ')})`;
  });
  return (
    `INSERT INTO "latchkey_token_count" ("account_id", "kind", "part", "tokens") VALUES ${rows.join(', ')} ` +
    'ON CONFLICT ("account_id", "kind", "part") ' +
    'DO UPDATE SET "tokens" = "latchkey_token_count"."tokens" + excluded."tokens"'
  );
}

/** Hex digits of the time: milliseconds since 1970, 48 bits. */
const TIME_DIGITS = 12;

/**
 * 36 lower-case characters in the form of a UUID v4. The first 48 bits are the time, as in version 7 (RFC 9562 §5.7), so
 * that new ids are close together in an index; 74 bits are random.
 */
export function newTokenId(now: Date): string {
  const time = now.getTime().toString(16).padStart(TIME_DIGITS, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}${randomUUID().slice(TIME_DIGITS + 1)}`;
}

/** Whether the previous secret has ended, because it has expired or because this change ends it. */
function endsOverlap({ previousSecretExpiresAt: end }: Token, changes: TokenChanges<Token>, now: Date): boolean {
  const { previousSecretExpiresAt: newEnd } = changes;
  if (newEnd === undefined) return false;
  return newEnd === null || newEnd <= now || end === null || end <= now;
}

/** Drops the milliseconds, so that the time is already past when it is written. */
function startOfSecond(moment: Date): Date {
  return new Date(moment.getTime() - moment.getUTCMilliseconds());
}

/** @throws TypeError for an undefined value, which TypeORM may take for no condition at all */
function where<T extends Token>(selector: Partial<Token>): FindOptionsWhere<T> {
  if ((Object.values(selector) as unknown[]).includes(undefined))
    throw new TypeError('a token to find needs all of its conditions');
  return selector as FindOptionsWhere<T>;
}

/**
 * The owner part of a token reference.
 * @throws TypeError for a reference without an owner, which could reach tokens of others
 */
function ownerOf(ref: TokenRef): Partial<Pick<Token, 'userId' | 'accountId'>> {
  const given: Readonly<Record<'id' | 'userId' | 'accountId', unknown>> = { userId: null, accountId: null, ...ref };
  const { id, userId, accountId } = given;
  const isOwned = userId !== null || accountId !== null;
  if (typeof id !== 'string' || userId === undefined || accountId === undefined || !isOwned) {
    throw new TypeError('a token to change needs both its id and its owner');
  }
  return {
    ...(userId !== null && { userId: userId as number }),
    ...(accountId !== null && { accountId: accountId as string }),
  };
}

function notFound(): DomainError {
  return new DomainError('token_not_found', 'no such token');
}

function rotatedMeanwhile(): DomainError {
  return new DomainError('conflict', 'the token was changed concurrently; read it and try again');
}
