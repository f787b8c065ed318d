/**
 * Decides what callers may do: the permission that a route declares, for what its path names. What a caller may not see
 * is answered like what does not exist.
 */
import { Injectable, SetMetadata, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { beyondScopes, isWithin, refusedForScopes, type Token } from '../../core/index.js';
import {
  PUBLIC,
  PermissionGuard,
  denied,
  fromScope,
  permissionOf,
  permits,
  type Permits as DialectPermits,
} from '../../http/index.js';
import { AccountService, MembershipService, type Principal, type Role } from '../../identity/index.js';
import { Problem, unknown } from './latchkey.problems.js';
import { UserIds } from './users/user-ids.js';
import { declaredParameters, queryOf, refuseUnknownParameters, takesOtherParameters } from './query/parameters.js';
import { requireJson } from './json-body.js';
import { Callers } from './session/callers.js';
import { TokenAccess, mayChange, type TokenReader } from '../../managing/index.js';
import type { LatchkeyCaller } from './session/api-caller.js';
import { requireSameOrigin } from './session/csrf.js';

/**
 * What a route can require.
 * - `signed-in`: any user; the handler shows what they may see
 * - `tokens`: any user, also by a token with scopes; the handler shows and changes what they may
 * - `administrator`: administrators of the server
 * - `account:read`, `account:change`: members, or administrators, of the account in the path
 * - `self-or-administrator`: the user in the path, and administrators of the server
 * - `user:read`: any user; the handler looks whether they see the user in the path
 * - `token:read`, `token:change`: who may see, or change, the token in the path; also by a token with scopes
 */
export type LatchkeyPermission =
  | typeof PUBLIC
  | 'signed-in'
  | 'tokens'
  | 'administrator'
  | 'account:read'
  | 'account:change'
  | 'self-or-administrator'
  | 'user:read'
  | 'token:read'
  | 'token:change';

/** Declares who may call a route. */
export const Permits: DialectPermits<LatchkeyPermission> = permits;

const FROM_OTHER_SITES = 'latchkey:from-other-sites';

/** Marks a public route to which pages of other sites may lead a browser. */
export function FromOtherSites(): MethodDecorator {
  return SetMetadata(FROM_OTHER_SITES, true);
}

export type { LatchkeyCaller } from './session/api-caller.js';

/** The scope of an authorized request. */
interface LatchkeyScope {
  /** Absent on public routes. */
  readonly caller?: LatchkeyCaller;
  /** When the request has arrived, by `performance.now()`; absent on public routes. */
  readonly arrivedAt?: number;
  /** Of the account in the path; for administrators of the server it may not exist. */
  readonly accountId?: string;
  /** Of the user in the path, who may not exist. */
  readonly userId?: number;
  /** The token in the path, which the caller may see. */
  readonly token?: Token;
}

/** What a token with scopes is good for (docs/contracts/latchkey.md §1.6). */
const OF_SCOPED_TOKENS: ReadonlySet<LatchkeyPermission> = new Set(['tokens', 'token:read', 'token:change']);

const ACCOUNT_ID = /^[0-9a-f]{32}$/;
const TOKEN_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

@Injectable()
export class LatchkeyGuard extends PermissionGuard {
  constructor(
    private readonly callers: Callers,
    private readonly accounts: AccountService,
    private readonly memberships: MembershipService,
    private readonly tokens: TokenAccess,
    private readonly ids: UserIds,
  ) {
    super();
  }

  /** @throws Problem */
  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const handler = context.getHandler();
    const request = context.switchToHttp().getRequest<Request>();
    if (permissionOf(handler) === PUBLIC && !Reflect.hasMetadata(FROM_OTHER_SITES, handler))
      requireSameOrigin(request.headers['sec-fetch-site'], ['same-origin', 'none']);
    const isAllowed = await super.canActivate(context);
    if (!takesOtherParameters(handler)) refuseUnknownParameters(queryOf(request), declaredParameters(handler));
    return isAllowed;
  }

  /** @throws Problem `unauthenticated`, `forbidden`, `not-found`, `unsupported-media-type`; DomainError `scopes_exceeded` */
  protected async authorize(request: Request, permission: LatchkeyPermission): Promise<LatchkeyScope> {
    if (permission === PUBLIC) {
      requireJson(request);
      return {};
    }
    const arrivedAt = performance.now();
    const caller = await this.callers.callerOf(request);
    if (caller.token.scopes !== null && !OF_SCOPED_TOKENS.has(permission))
      throw denied(refusedForScopes(), request, permission, caller.actor);
    const scope = await this.permitted(request, caller, permission);
    requireJson(request);
    return { caller, arrivedAt, ...scope };
  }

  private async permitted(
    request: Request,
    caller: LatchkeyCaller,
    permission: Exclude<LatchkeyPermission, typeof PUBLIC>,
  ): Promise<Omit<LatchkeyScope, 'caller' | 'arrivedAt'>> {
    const { user, actor } = caller;
    const refuse = (): Problem => denied(notPermitted(permission), request, permission, actor);
    const { accountId, userId } = request.params;
    switch (permission) {
      case 'signed-in':
      case 'tokens':
        return {};
      case 'administrator':
        if (!user.admin) throw refuse();
        return {
          ...(userId !== undefined && { userId: await this.ids.inPath(userId) }),
          ...(accountId !== undefined && { accountId: accountIdIn(accountId) }),
        };
      case 'user:read':
        return { userId: await this.ids.inPath(userId) };
      case 'self-or-administrator': {
        const id = await this.ids.inPath(userId);
        if (!user.admin && id !== user.id) throw unknown('user');
        return { userId: id };
      }
      case 'token:read':
      case 'token:change':
        return { token: await this.permittedToken(request, caller, permission) };
      case 'account:read':
      case 'account:change': {
        const id = String(accountId);
        const role = await this.roleIn(user, id);
        if (role === null) throw unknown('account');
        if (permission === 'account:change' && role !== 'administrator') throw refuse();
        return { accountId: id, ...(userId !== undefined && { userId: await this.ids.inPath(userId) }) };
      }
    }
  }

  private async permittedToken(
    request: Request,
    { user, token: own, actor }: LatchkeyCaller,
    permission: 'token:read' | 'token:change',
  ): Promise<Token> {
    const reader = await this.tokens.readerOf({ user, token: own });
    const token = await this.tokenIn(reader, request);
    if (permission === 'token:read' || mayChange(reader, token)) return token;
    const isLimited = own.scopes !== null && !isWithin(token.scopes, own.scopes);
    throw denied(isLimited ? beyondScopes(own.scopes) : notPermitted(permission), request, permission, actor);
  }

  /** @throws Problem `not-found`, also for a token that the caller may not see */
  private async tokenIn(reader: TokenReader, { params: { tokenId } }: Request): Promise<Token> {
    const token = typeof tokenId === 'string' && TOKEN_ID.test(tokenId) && (await this.tokens.find(reader, tokenId));
    if (!token) throw unknown('token');
    return token;
  }

  /** `null` for an account that the caller may not see, or that does not exist. */
  private async roleIn({ id: userId, admin }: Principal['user'], accountId: string): Promise<Role | null> {
    if (!ACCOUNT_ID.test(accountId)) return null;
    const role = admin ? 'administrator' : await this.memberships.roleOf(userId, accountId);
    // Memberships can outlive their account for a while.
    return role && (await this.accounts.find(accountId)) ? role : null;
  }
}

/** @throws Problem `not-found` for text that is no id of an account */
function accountIdIn(text: unknown): string {
  if (typeof text !== 'string' || !ACCOUNT_ID.test(text)) throw unknown('account');
  return text;
}

function notPermitted(permission: LatchkeyPermission): Problem {
  const who =
    permission === 'account:change' || permission === 'token:change'
      ? 'administrators of the account'
      : 'administrators of the server';
  return new Problem('forbidden', `only ${who} may do this`);
}

/** Parameter decorator for the caller, on routes that are not public. */
export const Caller = fromScope(({ caller }: LatchkeyScope) => caller);

/** Parameter decorator for the time at which the request has arrived, by `performance.now()`, on routes that are not public. */
export const ArrivedAt = fromScope(({ arrivedAt }: LatchkeyScope) => arrivedAt);

/** Parameter decorator for the id of the account in the path, on routes with a permission of accounts. */
export const AccountId = fromScope(({ accountId }: LatchkeyScope) => accountId);

/** Parameter decorator for the id of the user in the path. The user may not exist. */
export const UserId = fromScope(({ userId }: LatchkeyScope) => userId);

/** Parameter decorator for the token in the path, on routes with a permission of tokens. */
export const TokenInPath = fromScope(({ token }: LatchkeyScope) => token);
