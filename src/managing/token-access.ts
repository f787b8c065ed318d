/** Who sees and changes which tokens (docs/contracts/latchkey.md §1.6). */
import { Injectable } from '@nestjs/common';
import {
  ManagedKinds,
  TokenSearch,
  UnitOfWork,
  isWithin,
  type DirectoryUser,
  type ReaderId,
  type Token,
  type TokenQuery,
  type TokenScope,
  type WorkUnit,
} from '../core/index.js';
import { MemberAccounts, MemberRoles, NamedOwners, type RolesByAccount } from '../identity/index.js';

/** A user with their roles in accounts. */
export interface TokenReader {
  readonly user: Pick<DirectoryUser, 'id' | 'admin'>;
  readonly roles: RolesByAccount;
  /** Of the token by which they read; `null` if it has none. */
  readonly scopes: readonly string[] | null;
}

/** Sees and changes everything, as the system itself. */
export const EVERYTHING: TokenReader = { user: { id: 0, admin: true }, roles: new Map(), scopes: null };

@Injectable()
export class TokenAccess {
  constructor(
    private readonly search: TokenSearch,
    private readonly kinds: ManagedKinds,
    private readonly roles: MemberRoles,
    private readonly unitOfWork: UnitOfWork,
    private readonly owners: NamedOwners,
  ) {}

  /**
   * @param holder - who reads, and by which token
   * @param unit - of a transaction, in which the roles may just have changed. Default: what is committed
   */
  async readerOf(
    { user, token: { scopes } }: { readonly user: TokenReader['user']; readonly token: Pick<TokenReader, 'scopes'> },
    unit: WorkUnit = this.unitOfWork,
  ): Promise<TokenReader> {
    if (user.admin) return { user, scopes, roles: new Map() };
    const roles = await (unit === this.unitOfWork ? this.roles.of(user.id) : this.roles.read(user.id, unit));
    return { user, scopes, roles };
  }

  /** The token, if there is one that the reader may see. */
  async find(reader: TokenReader, id: string, unit?: WorkUnit): Promise<Token | undefined> {
    const token = (await this.search.load([id], unit)).get(id);
    return token && this.kinds.find(token.kind) && maySee(reader, token) ? token : undefined;
  }

  /** The query, by whose text the tokens of owners whom the reader sees are found as well. */
  async withOwners(reader: TokenReader, query: TokenQuery): Promise<TokenQuery> {
    const { text } = query;
    if (text === undefined) return query;
    return { ...query, textOwners: await this.owners.condition(reader.user, readerIdOf(reader), text) };
  }
}

/** On whose behalf tokens are read; `null` for the system itself. */
export function readerIdOf({ user: { id } }: TokenReader): ReaderId {
  return id === EVERYTHING.user.id ? null : id;
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
