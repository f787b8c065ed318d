/** The permission of the two endpoints, and the access of a caller to the token in a request (RFC 7662 §4, RFC 7009 §2.1). */
import { Injectable } from '@nestjs/common';
import { CredentialForms, type Token } from '../../core/index.js';
import { permits, type Permits as DialectPermits } from '../../http/index.js';
import { MembershipService, type Principal } from '../../identity/index.js';
import type { OAuthCaller } from './oauth.guard.js';

/** What a route can require. */
export type OAuthPermission = 'user-or-service';

/** Declares who may call a route. */
export const Permits: DialectPermits<OAuthPermission> = permits;

/** What a caller may do with a token: nothing, read it, or read and revoke it. */
export type TokenAccess = 'none' | 'read' | 'revoke';

@Injectable()
export class TokenPermissions {
  constructor(
    private readonly memberships: MembershipService,
    private readonly forms: CredentialForms,
  ) {}

  /**
   * Users have access to their own tokens, and by their role to the tokens of an account; server administrators to all
   * tokens; with a token that has scopes, they have access to that one. Services may read the tokens of their kind and those that people choose in their account, and revoke only their
   * own.
   */
  async accessTo(caller: OAuthCaller, token: Readonly<Token>): Promise<TokenAccess> {
    if (caller.as === 'service') return this.serviceAccess(caller.token, token);
    const { token: own } = caller.principal;
    if (own.scopes !== null) return own.id === token.id ? 'revoke' : 'none';
    const role = await this.roleFor(caller.principal, token);
    if (role === 'administrator') return 'revoke';
    return role === null ? 'none' : 'read';
  }

  private async roleFor({ user }: Principal, { userId, accountId }: Readonly<Token>): Promise<string | null> {
    if (user.admin || userId === user.id) return 'administrator';
    if (userId !== null || accountId === null) return null;
    return this.memberships.roleOf(user.id, accountId);
  }

  /** Whoever presents a token of people's own choice to a service is checked by that service. */
  private serviceAccess(own: Readonly<Token>, other: Readonly<Token>): TokenAccess {
    if (own.id === other.id) return 'revoke';
    const isSeen = other.kind === own.kind || this.forms.kindsOfAccounts.includes(other.kind);
    return isSeen && other.accountId !== null && other.accountId === own.accountId ? 'read' : 'none';
  }
}
