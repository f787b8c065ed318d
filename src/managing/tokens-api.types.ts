/** What the code of a host gives to `TokensApi`, and what it gets. */
import type { DirectoryUser, Secret, Token, TokenAbility, TokenState } from '../core/index.js';
import type { LengthOfTime } from './lengths-of-time.js';

/** The id of a user, as the host's directory has it: a `HostUserDirectory` has texts, a `UserDirectory` numbers. */
export type UserId = string | number;

/** When a token expires: give one of both, or none. */
export interface Lifetime {
  /** From now on, for example `30d`. */
  readonly expiresIn?: LengthOfTime | undefined;
  /** `null` for never. */
  readonly expiresAt?: Date | null | undefined;
}

/** A new token. Without a lifetime, tokens of accounts last a year, and those of users for ever. */
export interface TokenToIssue extends Lifetime {
  /** As the dialects name them; the documentation lists those of Latchkey's own. */
  readonly kind: string;
  /** For people. */
  readonly name: string;
  /** For tokens of an account: its id. */
  readonly account?: string | undefined;
  /** For tokens of a user: whom they act for. Default: the user who acts. */
  readonly owner?: UserId | undefined;
  /** What it may be used for, in the words of the applications. Default: `null`, a token without scopes. */
  readonly scopes?: readonly string[] | null | undefined;
}

/** How long the secret before a rotation goes on: give one of both, or none for an end at once. */
export interface Overlap {
  /** From now on, for example `7d`. */
  readonly overlap?: LengthOfTime | undefined;
  readonly overlapUntil?: Date | undefined;
}

/** Who acts, as the audit log has it. What they may do is what they may do in the API of the server. */
export type ActingAs =
  /** A part of the host, which may do everything. It is in the audit log by this name. */
  | { readonly system: string }
  /** A user of the host, with their rights. */
  | { readonly user: UserId; readonly address?: string | null; readonly requestId?: string | null }
  /** The caller whom a guard has admitted (`principalOf(request)`), with the rights of their token. */
  | { readonly token: Token; readonly owner: DirectoryUser | null };

/** Which tokens; all that is given has to hold. */
export interface TokensToList {
  readonly kind?: string | readonly string[] | undefined;
  readonly account?: string | undefined;
  readonly owner?: UserId | undefined;
  /** The user on whose behalf they were issued. */
  readonly createdBy?: UserId | undefined;
  readonly state?: TokenState | readonly TokenState[] | undefined;
  /** Those that expire before, or have expired. */
  readonly expiresBefore?: Date | undefined;
  readonly expiresAfter?: Date | undefined;
  /** Those that were never used, or last before. */
  readonly unusedSince?: Date | undefined;
  /**
   * Part of the name or of the client id; beginning of the id of the token or its account, from 8 characters on; from 3
   * letters on, also of the address of the owner, or of a word in the name of the owner or account. The case of letters
   * does not count. Users of a directory of the host's own are not found.
   */
  readonly search?: string | undefined;
  /** Default: the newest first. */
  readonly order?: 'newest' | 'oldest' | 'name' | 'expiry' | 'last_use' | undefined;
  /** Tokens on a page, 1 to 200. Default: 50. */
  readonly limit?: number | undefined;
  /** `next` of the page before, with the same other values. */
  readonly cursor?: string | undefined;
}

/** A page of a list. */
export interface TokenPage {
  readonly tokens: readonly TokenInfo[];
  /** The cursor of the next page; `null` on the last one. */
  readonly next: string | null;
}

/** A token, as it was when it was read. It has no secret. */
export interface TokenInfo {
  readonly id: string;
  /** As its dialect names it. */
  readonly kind: string;
  readonly name: string;
  /** The public name that goes with its secret; `null` for kinds without one. */
  readonly clientId: string | null;
  /** A short text by which people recognise it; never a secret. */
  readonly hint: string;
  /** The id of the account that it belongs to. */
  readonly account: string | null;
  /** The id of the user that it acts for. */
  readonly owner: string | null;
  /** The id of the user on whose behalf it was issued; `null` if the host or the server issued it by itself. */
  readonly createdBy: string | null;
  /** `null` for a token without scopes. */
  readonly scopes: readonly string[] | null;
  /** A token that has expired is `expired`, whether or not it is disabled. */
  readonly state: TokenState;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** `null` for never. */
  readonly expiresAt: Date | null;
  /** Increases with every rotation. */
  readonly version: number;
  /** Accurate to about a minute; `null` if it was never used. */
  readonly lastUsedAt: Date | null;
  /** While the secret before the last rotation is accepted, too. */
  readonly overlap: { readonly endsAt: Date; readonly lastUsedAt: Date | null } | null;
  /** What tokens of its kind can do here. */
  readonly abilities: readonly TokenAbility[];
}

/** A token with its new secret, which cannot be read again later. Nothing of it is shown by `JSON` or a logger. */
export interface IssuedToken {
  readonly token: TokenInfo;
  /** `secret.reveal()` is the plain text. */
  readonly secret: Secret;
  /** The headers by which a client presents the token, in plain text. */
  headers(): Record<string, string>;
}
