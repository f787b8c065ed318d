/** Guards that require a valid token on routes of a host application. */
import {
  ForbiddenException,
  HttpException,
  HttpStatus,
  Injectable,
  ServiceUnavailableException,
  SetMetadata,
  UnauthorizedException,
  createParamDecorator,
  type CanActivate,
  type CustomDecorator,
  type ExecutionContext,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { DomainError, type Acceptance } from '../../core/index.js';
import { headerIn, parseAddress, requestIdOf, retryAfter } from '../../http/index.js';
import type { DecisionSource } from '../channels.js';
import { PolicyError, intersect, type AccessPolicy } from '../access-policy.js';
import { checkAccount, checkRoles, knownKind } from '../policy-query.js';
import { AccessDecider, type Decision, type ApplicationVisit } from '../access-decider.js';
import { ApplicationFinder } from '../application-finder.js';

/** The caller of a guarded route: the token, its owner, and which of its secrets was used. */
export type TokenPrincipal = Acceptance;

/** What the guard needs of a request. Express passes the Node request itself; Fastify wraps it. */
interface HttpRequest {
  readonly rawHeaders: readonly string[];
  readonly socket?: { readonly remoteAddress?: string | undefined };
}
interface HttpResponse {
  header(name: string, value: string): unknown;
}

const NOT_ADMITTED = 'The token is valid, but not admitted here';
const ACCOUNT_NOT_NAMED =
  'The route names no account, and there are several: narrow it by @AdmitTokens with accounts, memberOf, users or ' +
  'tokens, or set the option withoutAccount of DataPlaneModule';

const POLICY = 'latchkey:admit-tokens';
const PRINCIPALS = new WeakMap<object, TokenPrincipal>();

/**
 * Restricts which tokens a guard admits, on a route, a controller, or both. The conditions of both have to hold; of a
 * list that both have, what is in both.
 */
export function AdmitTokens(policy: AccessPolicy): CustomDecorator {
  return SetMetadata(POLICY, policy);
}

/**
 * Admits requests that present a valid token of any kind, in any credential form of this server. Otherwise throws
 * `UnauthorizedException` (401), `ForbiddenException` (403) if {@link AdmitTokens} does not admit the token, or says
 * not whose tokens it means although there are several accounts, `ServiceUnavailableException` (503) if the database is
 * unavailable, or `HttpException` (429) for too many wrong passwords of a token.
 */
@Injectable()
export class TokenGuard implements CanActivate {
  /** The kinds that the guard itself admits; {@link AdmitTokens} can only restrict them. */
  protected readonly kinds: readonly string[] | undefined = undefined;

  constructor(
    private readonly decider: AccessDecider,
    private readonly reflector: Reflector,
    private readonly finder: ApplicationFinder,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<HttpRequest & { readonly raw?: HttpRequest; readonly ip?: string }>();
    const response = http.getResponse<HttpResponse>();
    const decision = await this.decide(request.raw ?? request, request.ip, this.policyFor(context), response);
    switch (decision.outcome) {
      case 'admitted':
        PRINCIPALS.set(request, decision.acceptance);
        return true;
      case 'bypassed':
        return true;
      case 'forbidden':
        throw new ForbiddenException(decision.accountNotNamed ? ACCOUNT_NOT_NAMED : NOT_ADMITTED);
      case 'unauthenticated': {
        const error = decision.hasCredentials ? ', error="invalid_token"' : '';
        response.header('WWW-Authenticate', `Bearer realm="latchkey"${error}`);
        throw new UnauthorizedException('Missing or invalid token');
      }
    }
  }

  private async decide(
    request: HttpRequest,
    ip: string | undefined,
    policy: AccessPolicy,
    response: HttpResponse,
  ): Promise<Decision> {
    try {
      const source = new GuardSource(request, ip);
      const visit = policy.application === undefined ? undefined : await this.visitOf(source, policy.application);
      return await this.decider.decide(request.rawHeaders, policy, source, visit);
    } catch (error) {
      const isTemporary = error instanceof DomainError && ['unavailable', 'throttled'].includes(error.code);
      if (!isTemporary) throw error;
      for (const [name, value] of Object.entries(retryAfter(error))) response.header(name, value);
      if (error.code === 'throttled') throw new HttpException(error.message, HttpStatus.TOO_MANY_REQUESTS);
      throw new ServiceUnavailableException(error.message);
    }
  }

  /** @throws PolicyError for an application that does not exist, or that a route leaves to the host */
  private async visitOf(source: GuardSource, name: string): Promise<ApplicationVisit> {
    const application = await this.finder.named(name);
    if (!application) throw new PolicyError(`there is no application ${name}; give the audience tag or id of one`);
    return { application, address: application.needsAddress ? source.address : null };
  }

  /** @throws PolicyError if no token of a kind can be presented, or roles are given without accounts */
  private policyFor(context: ExecutionContext): AccessPolicy {
    const given = this.reflector.getAll<(AccessPolicy | undefined)[]>(POLICY, [
      context.getHandler(),
      context.getClass(),
    ]);
    const policies = [{ kinds: this.kinds }, ...given.flatMap((policy) => policy ?? [])];
    for (const kind of policies.flatMap(({ kinds }) => kinds ?? [])) knownKind(kind, this.decider.kinds);
    const policy = policies.reduce<AccessPolicy>(intersect, {});
    checkRoles(policy);
    checkAccount(policy, this.decider.kindsOfAccounts);
    return policy;
  }
}

/** Where a guarded request comes from; only read if something is recorded or published. */
class GuardSource implements DecisionSource {
  readonly entryPoint = 'guard';

  /** @param ip - by the host's own trust in proxies */
  constructor(
    private readonly request: HttpRequest,
    private readonly ip: string | undefined,
  ) {}

  get address(): string | null {
    return parseAddress(this.ip ?? this.request.socket?.remoteAddress ?? '') ?? null;
  }

  get requestId(): string | null {
    return requestIdOf(this.request);
  }

  get userAgent(): string | null {
    return headerIn(this.request.rawHeaders, 'user-agent');
  }
}

/** Parameter decorator for the {@link TokenPrincipal} that a guard admitted; throws 401 on a route without a guard. */
export const CurrentPrincipal = createParamDecorator((_: unknown, context: ExecutionContext): TokenPrincipal => {
  const principal = PRINCIPALS.get(context.switchToHttp().getRequest<object>());
  if (!principal) throw new UnauthorizedException('No token guard protects this route');
  return principal;
});
