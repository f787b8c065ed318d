/**
 * Authenticates callers by an API token as Bearer, or by a user's email address and key (docs/contracts/cloudflare.md §5),
 * and checks their permission. A foreign account is answered like one that does not exist. What the path names in the
 * account is loaded after that.
 */
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { refusedForScopes } from '../../core/index.js';
import { ZoneService, type Zone } from '../../applications/index.js';
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
  type Principal,
  type Role,
} from '../../identity/index.js';
import { ApiFailures } from './api-failures.js';
import { FORBIDDEN, NoRoute, UNAUTHENTICATED } from './cloudflare.errors.js';
import { ResourceLoader, type PathResources } from './path-resources.js';

/** Any text that could be a token of Latchkey or of the vendor. Other text is reported as a malformed header. */
const BEARER = /^Bearer +([A-Za-z0-9._~+/=-]{16,512})$/i;
const AUTH_KEY = /^[A-Za-z0-9_-]{16,512}$/;

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
interface CloudflareScope extends PathResources {
  readonly caller: Principal;
  /** Of the account in the path, or of the zone in the path, which exists. */
  readonly accountId?: string;
  readonly account?: Account;
  /** Of the membership in the path. */
  readonly memberId?: string;
  /** The zone in the path. */
  readonly zone?: Zone;
}

@Injectable()
export class CloudflareGuard extends PermissionGuard {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly accounts: AccountService,
    private readonly memberships: MembershipService,
    private readonly zones: ZoneService,
    private readonly resources: ResourceLoader,
    private readonly failures: ApiFailures,
  ) {
    super();
  }

  /** @throws CloudflareError; NoRoute; DomainError `token_not_found`, `member_not_found`, `scopes_exceeded`, `throttled` */
  protected async authorize(
    request: Request,
    permission: CloudflarePermission,
    required: ReadonlySet<string>,
  ): Promise<CloudflareScope> {
    const arrivedAt = performance.now();
    const caller = await this.callerOf(request);
    if (caller.token.scopes !== null) throw denied(refusedForScopes(), request, permission, caller.actor);
    const zone = await this.zoneIn(request, permission, caller);
    const accountId = zone?.accountId ?? accountIdIn(request);
    if (accountId === undefined) {
      if (!caller.user.admin && !RULES[permission](undefined))
        throw denied(FORBIDDEN, request, permission, caller.actor);
      return { caller };
    }
    const account = await this.permittedAccount(request, caller, permission, accountId, required.has('account'));
    const { memberId: member } = request.params;
    const memberId = member === undefined ? undefined : hexId(member);
    const scope = { caller, accountId, account, zone, memberId };
    if (required.size === 0) return scope;
    const named = { accountId, memberId, arrivedAt, parameters: request.params };
    return { ...scope, ...(await this.resources.load(named, required)) };
  }

  /** A zone that does not exist looks like one of another account. */
  private async zoneIn(
    request: Request,
    permission: CloudflarePermission,
    { user, actor }: Principal,
  ): Promise<Zone | undefined> {
    const { zoneId } = request.params;
    if (zoneId === undefined) return undefined;
    const zone = await this.zones.find(hexId(zoneId));
    if (!zone) throw user.admin ? new NoRoute() : denied(FORBIDDEN, request, permission, actor);
    return zone;
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
    if ('principal' in found) return found.principal;
    await this.failures.refused(originOf(request));
    throw UNAUTHENTICATED.unknownToken;
  }

  private async byKey(email: string, key: string, request: Request): Promise<Principal> {
    if (!AUTH_KEY.test(key)) throw UNAUTHENTICATED.malformedKey;
    const found = await this.authenticator.authenticate(key, USER_AUDIENCE, originOf(request));
    const isTheirs =
      'principal' in found &&
      found.principal.token instanceof PersonalToken &&
      emailKeyOf(found.principal.user.email) === emailKeyOf(email);
    if (!isTheirs) {
      await this.failures.refused(originOf(request));
      throw UNAUTHENTICATED.unknownKey;
    }
    return found.principal;
  }
}

/** The form of the ids of accounts, zones and memberships. */
const HEX_ID = /^[0-9a-f]{32}$/i;

/** @throws NoRoute for text that is not such an id */
function hexId(text: unknown): string {
  if (typeof text !== 'string' || !HEX_ID.test(text)) throw new NoRoute();
  return text.toLowerCase();
}

function accountIdIn({ params: { accountId } }: Request): string | undefined {
  return accountId === undefined ? undefined : hexId(accountId);
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

/** Parameter decorator for the zone in the path. */
export const ZoneInPath = fromScope(({ zone }: CloudflareScope) => zone);

/** Parameter decorator for the application in the path, with its policies. */
export const ApplicationInPath = requiredFromScope('application' satisfies keyof CloudflareScope);

/** Parameter decorator for the reusable policy in the path. */
export const PolicyInPath = requiredFromScope('policy' satisfies keyof CloudflareScope);

/** Parameter decorator for the policy in the path, which the application in the path has. */
export const AppliedPolicyInPath = requiredFromScope('appliedPolicy' satisfies keyof CloudflareScope);
