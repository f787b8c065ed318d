/** Who sees and changes which tokens (docs/contracts/latchkey.md §1.6). */
import { Injectable } from '@nestjs/common';
import {
  ManagedKinds,
  TokenSearch,
  isWithin,
  type DirectoryUser,
  type Token,
  type TokenScope,
} from '../../../core/index.js';
import { MemberAccounts, MemberRoles, type Principal, type RolesByAccount } from '../../../identity/index.js';

/** A user with their roles in accounts. */
export interface TokenReader {
  readonly user: Pick<DirectoryUser, 'id' | 'admin'>;
  readonly roles: RolesByAccount;
  /** Of the token by which they read; `null` if it has none. */
  readonly scopes: readonly string[] | null;
}

@Injectable()
export class TokenAccess {
  constructor(
    private readonly search: TokenSearch,
    private readonly kinds: ManagedKinds,
    private readonly roles: MemberRoles,
  ) {}

  async readerOf({ user, token: { scopes } }: Pick<Principal, 'user' | 'token'>): Promise<TokenReader> {
    return { user, scopes, roles: user.admin ? new Map() : await this.roles.of(user.id) };
  }

  /** The token, if there is one that the reader may see. */
  async find(reader: TokenReader, id: string): Promise<Token | undefined> {
    const token = (await this.search.load([id])).get(id);
    return token && this.kinds.find(token.kind) && maySee(reader, token) ? token : undefined;
  }
}

/** Administrators of the server see all tokens, others their own and those of the accounts that they are members of. */
export function scopeOf({ user: { id, admin }, roles }: TokenReader): TokenScope {
  return admin ? 'all' : { userId: id, accounts: new MemberAccounts(id, roles) };
}

export function maySee({ user: { id, admin }, roles }: TokenReader, { userId, accountId }: Token): boolean {
  // Tokens of members that are bound to an account are theirs.
  return admin || (userId === null ? roles.has(String(accountId)) : userId === id);
}

/** By a token with scopes, only tokens with scopes among these. */
export function mayChange(
  { user: { id, admin }, roles, scopes: own }: TokenReader,
  { userId, accountId, scopes }: Token,
): boolean {
  if (!isWithin(scopes, own)) return false;
  return admin || (userId === null ? roles.get(String(accountId)) === 'administrator' : userId === id);
}
