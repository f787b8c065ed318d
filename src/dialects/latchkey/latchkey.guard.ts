/**
 * Authenticates callers by a token as Bearer or in Private-Token, or by the cookie of the console
 * (docs/contracts/latchkey.md §1.3), and checks their permission. What a caller may not see is answered like what does not
 * exist.
 */
import { Injectable, SetMetadata, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import {
  CredentialForms,
  beyondScopes,
  isUserToken,
  isWithin,
  refusedForScopes,
  type Token,
} from '../../core/index.js';
import {
  PUBLIC,
  PermissionGuard,
  denied,
  fromScope,
  originOf,
  permissionOf,
  permits,
  type Permits as DialectPermits,
} from '../../http/index.js';
import {
  AccountService,
  Authenticator,
  MembershipService,
  USER_AUDIENCE,
  type Principal,
  type Role,
} from '../../identity/index.js';
import { Problem, unknown } from './latchkey.problems.js';
import { UserIds } from './users/user-ids.js';
import { declaredParameters, queryOf, refuseUnknownParameters, takesOtherParameters } from './query/parameters.js';
import { requireJson } from './json-body.js';
import { ConsoleLogins, cookieOf } from './session/console-logins.js';
import { TokenAccess, mayChange, type TokenReader } from '../../managing/index.js';
import { HostCallers } from './host-sign-in/host-callers.js';
import type { LatchkeyCaller } from './session/api-caller.js';
import { csrfTokenOf, requireOwnPage, requireSameOrigin } from './session/csrf.js';

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
  /** Of the account in the path; for administrators of the server it may not exist. */
  readonly accountId?: string;
  /** Of the user in the path, who may not exist. */
  readonly userId?: number;
  /** The token in the path, which the caller may see. */
  readonly token?: Token;
}

/** What a token with scopes is good for (docs/contracts/latchkey.md §1.6). */
const OF_SCOPED_TOKENS: ReadonlySet<LatchkeyPermission> = new Set(['tokens', 'token:read', 'token:change']);

const BEARER = /^Bearer +(\S+)$/i;
const BEARER_SCHEME = /^Bearer\b/i;
const ACCOUNT_ID = /^[0-9a-f]{32}$/;
const TOKEN_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

@Injectable()
export class LatchkeyGuard extends PermissionGuard {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly accounts: AccountService,
    private readonly memberships: MembershipService,
    private readonly logins: ConsoleLogins,
    private readonly tokens: TokenAccess,
    private readonly forms: CredentialForms,
    private readonly host: HostCallers,
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
    const caller = await this.callerOf(request);
    if (caller.token.scopes !== null && !OF_SCOPED_TOKENS.has(permission))
      throw denied(refusedForScopes(), request, permission, caller.actor);
    const scope = await this.permitted(request, caller, permission);
    requireJson(request);
    return { caller, ...scope };
  }

  private async permitted(
    request: Request,
    caller: LatchkeyCaller,
    permission: Exclude<LatchkeyPermission, typeof PUBLIC>,
  ): Promise<Omit<LatchkeyScope, 'caller'>> {
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

  private async callerOf(request: Request): Promise<LatchkeyCaller> {
    noteArrival(request);
    const presented = tokenIn(request);
    if (presented !== undefined && !this.isForHost(request, presented)) return this.byToken(request, presented);
    const cookie = cookieOf(request);
    const principal = cookie && (await this.logins.authenticate(cookie, originOf(request)));
    if (cookie && principal) {
      requireOwnPage(request, cookie);
      return { ...principal, via: 'cookie', csrfToken: csrfTokenOf(cookie) };
    }
    const signedIn = await this.host.callerOf(request);
    if (signedIn) return signedIn;
    if (presented !== undefined) throw unauthenticated('the token is not accepted');
    if (cookie) throw unauthenticated('the login has ended; log in again');
    const { place } = this.host;
    if (!place) throw this.withoutCredential(request);
    throw unauthenticated(
      `nobody is signed in at ${place.name ?? 'the host'}; sign in there, or send a token as Bearer`,
    );
  }

  /** Whether a token is of another kind than ours, so that the host may know whose it is. */
  private isForHost({ headers }: Request, presented: string): boolean {
    return this.host.place !== null && headers['private-token'] === undefined && !isUserToken(presented);
  }

  private async byToken(request: Request, presented: string): Promise<LatchkeyCaller> {
    const found = await this.authenticator.authenticate(presented, USER_AUDIENCE, originOf(request));
    if (!('principal' in found)) throw unauthenticated('the token is not accepted');
    return { ...found.principal, via: 'bearer', csrfToken: null };
  }

  /** Services are told that they have no rights here. */
  private withoutCredential({ headers }: Request): Problem {
    const form = this.forms.presentable.find(
      ({ holder, inHeaders }) =>
        holder === 'services' && inHeaders.names.every((name) => name.toLowerCase() in headers),
    );
    if (!form || 'authorization' in headers) return unauthenticated('this needs a token as Authorization: Bearer');
    return new Problem('forbidden', `a ${form.noun} does not sign in here; send a personal token or a login token`);
  }
}

/** A property, as tracked requests have. */
const ARRIVED = Symbol('latchkey.arrived');
type Arrived = Request & { [ARRIVED]?: number };

function noteArrival(request: Arrived): void {
  request[ARRIVED] = performance.now();
}

/** When an authorized request has arrived, by `performance.now()`. */
export function arrivalOf(request: Arrived): number {
  return request[ARRIVED] ?? performance.now();
}

/** A scheme of others, which a proxy in front of the console may ask for, is not looked at. */
function tokenIn({ headers }: Request): string | undefined {
  const { authorization = '', 'private-token': own } = headers;
  if (BEARER_SCHEME.test(authorization)) return BEARER.exec(authorization)?.[1] ?? '';
  return typeof own === 'string' ? own : undefined;
}

/** @throws Problem `not-found` for text that is no id of an account */
function accountIdIn(text: unknown): string {
  if (typeof text !== 'string' || !ACCOUNT_ID.test(text)) throw unknown('account');
  return text;
}

function unauthenticated(detail: string): Problem {
  return new Problem('unauthenticated', detail);
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

/** Parameter decorator for the id of the account in the path, on routes with a permission of accounts. */
export const AccountId = fromScope(({ accountId }: LatchkeyScope) => accountId);

/** Parameter decorator for the id of the user in the path. The user may not exist. */
export const UserId = fromScope(({ userId }: LatchkeyScope) => userId);

/** Parameter decorator for the token in the path, on routes with a permission of tokens. */
export const TokenInPath = fromScope(({ token }: LatchkeyScope) => token);
