/**
 * Authenticates callers by an API token as Bearer, or by a user's email address and key (docs/contracts/cloudflare.md §5),
 * and checks their permission. A foreign account is answered like one that does not exist. What the path names in the
 * account is loaded after that.
 */
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { DomainError } from '../../core/index.js';
import {
  PermissionGuard,
  denied,
  originOf,
  requiredFromScope,
  fromScope,
  permits,
  type Permits as DialectPermits,
} from '../../http/index.js';
import {
  AccountService,
  Authenticator,
  MembershipService,
  PersonalToken,
  USER_AUDIENCE,
  emailKeyOf,
  type Account,
  type Member,
  type Principal,
  type Role,
} from '../../identity/index.js';
import { FORBIDDEN, NoRoute, UNAUTHENTICATED } from './cloudflare.errors.js';
import type { ServiceToken } from './service-token.entity.js';
import { ServiceTokenService } from './service-token.service.js';

/** Any text that could be a token of Latchkey or of the vendor. Other text is reported as a malformed header. */
const BEARER = /^Bearer +([A-Za-z0-9._~+/=-]{16,512})$/i;
const AUTH_KEY = /^[A-Za-z0-9_-]{16,512}$/;

/** The form of the ids of accounts and memberships. */
const HEX_ID = /^[0-9a-f]{32}$/i;
const TOKEN_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What a route can require. */
type CloudflarePermission = 'signed-in' | 'account:read' | 'account:change' | 'administrator';

/** Declares who may call a route. */
export const Permits: DialectPermits<CloudflarePermission> = permits;

/** @param role - in the account in the path: `null` without a membership, `undefined` if the path names no account */
type Rule = (role: Role | null | undefined) => boolean;

/** For users who are not server administrators (docs/design.md §6). Server administrators have every permission, in every account. */
const RULES: Readonly<Record<CloudflarePermission, Rule>> = {
  'signed-in': (role) => role === undefined,
  'account:read': (role) => role === 'administrator' || role === 'read_only',
  'account:change': (role) => role === 'administrator',
  administrator: () => false,
};

/** The scope of an authorized request. */
interface CloudflareScope {
  readonly caller: Principal;
  /** Of the account in the path, which exists. */
  readonly accountId?: string;
  readonly account?: Account;
  /** The service token in the path, of that account. */
  readonly token?: ServiceToken;
  /** Of the membership in the path. */
  readonly memberId?: string;
  readonly member?: Member;
}

@Injectable()
export class CloudflareGuard extends PermissionGuard {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly accounts: AccountService,
    private readonly memberships: MembershipService,
    private readonly tokens: ServiceTokenService,
  ) {
    super();
  }

  /** @throws CloudflareError; NoRoute; DomainError `token_not_found`, `member_not_found` */
  protected async authorize(
    request: Request,
    permission: CloudflarePermission,
    required: ReadonlySet<string>,
  ): Promise<CloudflareScope> {
    const caller = await this.callerOf(request);
    const { accountId: text, tokenId, memberId: memberText } = request.params;
    if (text === undefined) {
      if (!caller.user.admin && !RULES[permission](undefined))
        throw denied(FORBIDDEN, request, permission, caller.actor);
      return { caller };
    }
    const accountId = hexId(text);
    const account = await this.permittedAccount(request, caller, permission, accountId, required.has('account'));
    const token = required.has('token') ? await this.tokens.get(accountId, serviceTokenId(tokenId)) : undefined;
    const memberId = memberText === undefined ? undefined : hexId(memberText);
    const member = required.has('member') ? await this.memberships.get(accountId, memberId ?? '') : undefined;
    return { caller, accountId, account, token, memberId, member };
  }

  /** Reads the account only if necessary: an account that has members exists. */
  private async permittedAccount(
    request: Request,
    { user, actor }: Principal,
    permission: CloudflarePermission,
    id: string,
    isNeeded: boolean,
  ): Promise<Account | undefined> {
    if (!user.admin && !RULES[permission](await this.memberships.roleOf(user.id, id))) {
      throw denied(FORBIDDEN, request, permission, actor);
    }
    if (!user.admin && !isNeeded) return undefined;
    const account = await this.accounts.find(id);
    if (!account) throw user.admin ? new NoRoute() : FORBIDDEN;
    return account;
  }

  private callerOf(request: Request): Promise<Principal> {
    const { authorization } = request.headers;
    if (authorization !== undefined) return this.byBearer(authorization, request);
    const key = request.headers['x-auth-key'];
    const email = request.headers['x-auth-email'];
    if (typeof key !== 'string' || typeof email !== 'string') throw UNAUTHENTICATED.missing;
    return this.byKey(email, key, request);
  }

  private async byBearer(authorization: string, request: Request): Promise<Principal> {
    const [, token] = BEARER.exec(authorization) ?? [];
    if (token === undefined) throw UNAUTHENTICATED.malformedBearer;
    const found = await this.authenticator.authenticate(token, USER_AUDIENCE, originOf(request));
    if (found.status !== 'authenticated') throw UNAUTHENTICATED.unknownToken;
    return found.principal;
  }

  private async byKey(email: string, key: string, request: Request): Promise<Principal> {
    if (!AUTH_KEY.test(key)) throw UNAUTHENTICATED.malformedKey;
    const found = await this.authenticator.authenticate(key, USER_AUDIENCE, originOf(request));
    const isTheirs =
      found.status === 'authenticated' &&
      found.principal.token instanceof PersonalToken &&
      emailKeyOf(found.principal.user.email) === emailKeyOf(email);
    if (!isTheirs) throw UNAUTHENTICATED.unknownKey;
    return found.principal;
  }
}

/** @throws NoRoute for text that is not the id of an account or a membership */
function hexId(text: unknown): string {
  if (typeof text !== 'string' || !HEX_ID.test(text)) throw new NoRoute();
  return text.toLowerCase();
}

/** @throws DomainError `token_not_found` for text that is not the id of a service token */
function serviceTokenId(text: unknown): string {
  if (typeof text === 'string' && TOKEN_ID.test(text)) return text.toLowerCase();
  throw new DomainError('token_not_found', 'no such service token');
}

/** Parameter decorator for the caller. */
export const Caller = fromScope(({ caller }: CloudflareScope) => caller);

/** Parameter decorator for the id of the account in the path. */
export const AccountId = fromScope(({ accountId }: CloudflareScope) => accountId);

/** Parameter decorator for the account in the path. */
export const AccountInPath = requiredFromScope('account' satisfies keyof CloudflareScope);

/** Parameter decorator for the service token in the path. */
export const TokenInPath = requiredFromScope('token' satisfies keyof CloudflareScope);

/** Parameter decorator for the id of the membership in the path. The membership may not exist. */
export const MemberId = fromScope(({ memberId }: CloudflareScope) => memberId);

/** Parameter decorator for the member in the path. */
export const MemberInPath = requiredFromScope('member' satisfies keyof CloudflareScope);
