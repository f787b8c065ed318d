/** Guards for routes of a host application: a valid token, or nothing. */
import {
  ForbiddenException,
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
import { retryAfter } from '../../http/index.js';
import { intersect, knownKind, type AccessPolicy } from '../access-policy.js';
import { AccessDecider, type Decision } from '../access-decider.js';

/** Who called a guarded route: the token, its owner, and which of its secrets was used. */
export type TokenPrincipal = Acceptance;

/** What the guard needs of a request; Express gives the request itself, Fastify has it inside. */
interface HttpRequest {
  readonly rawHeaders: readonly string[];
}
interface HttpResponse {
  header(name: string, value: string): unknown;
}

const POLICY = 'latchkey:admit-tokens';
const PRINCIPALS = new WeakMap<object, TokenPrincipal>();

/**
 * Narrows which tokens a guard lets in, on a route, a controller, or both: then each has to admit the token.
 * @param policy - `kinds`, `accounts` (ids, 32 hex characters): absent narrows nothing, empty admits nobody
 */
export function AdmitTokens(policy: AccessPolicy): CustomDecorator {
  return SetMetadata(POLICY, policy);
}

/**
 * Lets a request pass that presents a valid token of any kind, in any form that credentials have on this server.
 * Otherwise throws `UnauthorizedException` (401), or `ForbiddenException` (403) where {@link AdmitTokens} says no; and
 * `ServiceUnavailableException` (503) while the database cannot be asked.
 */
@Injectable()
export class TokenGuard implements CanActivate {
  /** What the guard itself admits; {@link AdmitTokens} can only narrow it. */
  protected readonly kinds: readonly string[] | undefined = undefined;

  constructor(
    private readonly decider: AccessDecider,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<HttpRequest & { raw?: HttpRequest }>();
    const response = http.getResponse<HttpResponse>();
    const decision = await this.decide((request.raw ?? request).rawHeaders, this.policyFor(context), response);
    switch (decision.outcome) {
      case 'admitted':
        PRINCIPALS.set(request, decision.acceptance);
        return true;
      case 'forbidden':
        throw new ForbiddenException('The token is valid, but not admitted here');
      case 'unauthenticated': {
        const error = decision.hasCredentials ? ', error="invalid_token"' : '';
        response.header('WWW-Authenticate', `Bearer realm="latchkey"${error}`);
        throw new UnauthorizedException('No token that is accepted');
      }
    }
  }

  private async decide(rawHeaders: readonly string[], policy: AccessPolicy, response: HttpResponse): Promise<Decision> {
    try {
      return await this.decider.decide(rawHeaders, policy);
    } catch (error) {
      if (!(error instanceof DomainError && error.code === 'unavailable')) throw error;
      for (const [name, value] of Object.entries(retryAfter(error))) response.header(name, value);
      throw new ServiceUnavailableException(error.message);
    }
  }

  /** @throws PolicyError for a kind of which no token can be presented */
  private policyFor(context: ExecutionContext): AccessPolicy {
    const given = this.reflector.getAll<(AccessPolicy | undefined)[]>(POLICY, [
      context.getHandler(),
      context.getClass(),
    ]);
    const policies = [{ kinds: this.kinds }, ...given.flatMap((policy) => policy ?? [])];
    for (const kind of policies.flatMap(({ kinds }) => kinds ?? [])) knownKind(kind, this.decider.kinds);
    return policies.reduce<AccessPolicy>(intersect, {});
  }
}

/** Parameter decorator: the {@link TokenPrincipal} whom a guard has let in; throws 401 on a route without a guard. */
export const CurrentPrincipal = createParamDecorator((_: unknown, context: ExecutionContext): TokenPrincipal => {
  const principal = PRINCIPALS.get(context.switchToHttp().getRequest<object>());
  if (!principal) throw new UnauthorizedException('No token guard stands before this route');
  return principal;
});
