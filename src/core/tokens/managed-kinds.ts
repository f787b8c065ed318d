/** The kinds of token that an API for administrators lists and manages, whatever part of the server issues them. */
import { Injectable } from '@nestjs/common';
import type { Transaction } from '../database/transaction.js';
import type { Secret } from './secret.js';
import type { Token } from './token.entity.js';

/** What can be done with a token of a kind. */
export type TokenAbility =
  | 'rename'
  | 'rotate'
  | 'renew'
  | 'disable'
  | 'enable'
  | 'revoke'
  | 'end_overlap'
  | 'change_scopes';

/** How a token is shown to people. */
export interface TokenDescription {
  readonly name: string;
  /** A public name that goes with its secret; `null` for kinds without one. */
  readonly clientId: string | null;
  /** A short text by which people recognise it; never a secret, or anything that admits somebody by itself. */
  readonly handle: string;
  /** `null` for a token that never expires, whatever its row says. */
  readonly expiresAt: Date | null;
}

/** The values of a new token. */
export interface NewManagedToken {
  readonly name: string;
  /** When it expires; `null` for never, `undefined` for the default of the kind. */
  readonly expiresAt: Date | null | undefined;
  /** `null` for a token without scopes. */
  readonly scopes: readonly string[] | null;
}

/** Values to change; absent ones stay unchanged. */
export interface ManagedChanges {
  readonly name?: string;
  /** `null` for never, `renewed` for as long as it was issued for, from now on. */
  readonly expiresAt?: Date | null | 'renewed';
  readonly enabled?: boolean;
  /** `null` for a token without scopes. */
  readonly scopes?: readonly string[] | null;
  /** When the previous secret ends. */
  readonly previousUntil?: Date;
}

/** A token with a secret, which cannot be read again later. */
export interface TokenWithSecret<T extends Token = Token> {
  readonly token: T;
  readonly secret: Secret;
}

/** Stores in a transaction what was made before it: hashing takes long. */
export type PreparedToken<T extends Token = Token> = (tx: Transaction) => Promise<TokenWithSecret<T>>;

/** What the holder of a new secret needs. */
export interface SecretParts {
  /** By their names, for example `client_id`. */
  readonly parts: Readonly<Record<string, string>>;
  /** The headers that present it, by their names. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * How tokens of one kind are shown and managed. Callers have checked that the author may see and change the token; the
 * kind confirms inside the transaction that they still may.
 */
export interface ManagedKind<T extends Token = Token> {
  /** The value of `Token.kind`. */
  readonly kind: string;
  /** Its name for display, for example `API key`. */
  readonly noun: string;
  readonly belongsTo: 'account' | 'user';
  readonly abilities: readonly TokenAbility[];
  /** Characters of a name. */
  readonly nameMax: number;
  /** Whether {@link ManagedChanges.expiresAt} may be `renewed`. */
  readonly renewsByItself: boolean;
  describe(token: T): TokenDescription;
  /** What the holder of a new secret needs. Absent for kinds that are neither issued nor rotated here. */
  present?(issued: { readonly token: T; readonly secret: Secret }): SecretParts;
  /**
   * Prepares a token of an account or a user.
   * @param ownerId - of the account, or of the user
   * @returns what issues it: throws DomainError `account_not_found`, `user_not_found`, `quota_reached`, `not_permitted`
   */
  issue?(ownerId: string, values: NewManagedToken): Promise<PreparedToken>;
  /**
   * Prepares another secret. The old one works until `previousUntil`, or stops at once.
   * @returns what replaces it: throws DomainError `token_not_found`, `not_permitted`; `conflict` if somebody else has
   * rotated since the token was read
   */
  rotate?(token: T, previousUntil: Date | undefined): PreparedToken;
  /**
   * Runs a rotation on behalf of a request. Absent for kinds whose rotations need not wait for each other.
   * @param arrivedAt - when the request has arrived, by `performance.now()`
   * @throws DomainError `conflict` if another one was under way
   */
  inTurn?<R>(token: T, arrivedAt: number, rotate: () => Promise<R>): Promise<R>;
  /** @throws DomainError `token_not_found`, `not_permitted`, `conflict` */
  change(tx: Transaction, token: T, changes: ManagedChanges): Promise<Token>;
  /** @throws DomainError `token_not_found`, `not_permitted`, `in_use` */
  revoke(tx: Transaction, token: T): Promise<void>;
}

/** The kinds of this server. The part that issues a kind registers it when it starts. */
@Injectable()
export class ManagedKinds {
  private readonly known = new Map<string, ManagedKind>();

  /** @throws Error if the kind is registered already */
  register(kind: ManagedKind): void {
    if (this.known.has(kind.kind)) throw new Error(`tokens of the kind ${kind.kind} are managed already`);
    this.known.set(kind.kind, kind);
  }

  /** The values of `Token.kind`, in alphabetical order. */
  get names(): readonly string[] {
    return [...this.known.keys()].sort();
  }

  find(name: string): ManagedKind | undefined {
    return this.known.get(name);
  }

  /** The kind of a token that was found among {@link ManagedKinds.names}. */
  of({ kind }: Pick<Token, 'kind'>): ManagedKind {
    const found = this.known.get(kind);
    if (!found) throw new Error(`tokens of the kind ${kind} are not managed`);
    return found;
  }
}
