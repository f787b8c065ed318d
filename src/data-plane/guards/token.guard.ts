/** Guards that require a valid token on routes of a host application. */
import {
  ForbiddenException,
  HttpException,
  HttpStatus,
  Inject,
  Injectable,
  ServiceUnavailableException,
  UnauthorizedException,
  createParamDecorator,
  type CustomDecorator,
  type ExecutionContext,
} from '@nestjs/common';
import { DomainError, type Acceptance } from '../../core/index.js';
import {
  HostGuard,
  admitTokens,
  keepPrincipal,
  policiesAt,
  principalIn,
  rawHeadersOf,
  type GuardedRequest,
  type GuardedResponse,
} from '../../guarding/index.js';
import { headerIn, parseAddress, requestIdOf, retryAfter } from '../../http/index.js';
import type { DecisionSource } from '../channels.js';
import { PolicyError, intersect, type AccessPolicy } from '../access-policy.js';
import { checkAccount, checkRoles, checkScopes, knownKind } from '../policy-query.js';
import { GUARDING, type AccessDecider, type Decision, type ApplicationVisit } from '../access-decider.js';
import { ApplicationFinder } from '../application-finder.js';

/** The caller of a guarded route: the token, its owner, and which of its secrets was used. */
export type TokenPrincipal = Acceptance;

const NOT_ADMITTED = 'The token is valid, but not admitted here';
const LACKS_SCOPE = 'The token is valid, but lacks a scope that is needed here: ';
const ACCOUNT_NOT_NAMED =
  'The route names no account, and there are several: narrow it by @AdmitTokens with accounts, memberOf, users or ' +
  'tokens, or set the option withoutAccount of DataPlaneModule';

/**
 * Restricts which tokens a guard admits, on a route, a controller, or both. The conditions of both have to hold; of a
 * list that both have, what is in both; of scopes, those of both are needed.
 */
export function AdmitTokens(policy: AccessPolicy): CustomDecorator {
  return admitTokens(policy);
}

/**
 * Admits requests that present a valid token of any kind, in any credential form of this server. Otherwise throws
 * `UnauthorizedException` (401), `ForbiddenException` (403) if {@link AdmitTokens} does not admit the token, or says
 * not whose tokens it means although there are several accounts, `ServiceUnavailableException` (503) if the database is
 * unavailable, or `HttpException` (429) for too many wrong passwords of a token.
 */
@Injectable()
export class TokenGuard extends HostGuard {
  /** The kinds that the guard itself admits; {@link AdmitTokens} can only restrict them. */
  protected readonly kinds: readonly string[] | undefined = undefined;

  constructor(
    @Inject(GUARDING) private readonly decider: AccessDecider,
    private readonly finder: ApplicationFinder,
  ) {
    super();
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = this.getRequest(context);
    const response = this.getResponse(context);
    const policy = this.policyFor(context);
    const decision = await this.decide(guarded(request), policy, response, context);
    switch (decision.outcome) {
      case 'admitted':
        keepPrincipal(request, decision.acceptance);
        this.admitted(request, decision.acceptance);
        return true;
      case 'bypassed':
        return true;
      case 'forbidden':
        throw this.refusal(context, forbidden(decision, policy, response));
      case 'unauthenticated': {
        const error = decision.hasCredentials ? ', error="invalid_token"' : '';
        response?.setHeader('WWW-Authenticate', `Bearer realm="latchkey"${error}`);
        throw this.refusal(context, new UnauthorizedException('Missing or invalid token'));
      }
    }
  }

  /** Called with whom the guard has admitted. Override it to set `request.user`, for example. */
  protected admitted(_request: object, _principal: TokenPrincipal): void {
    // Nothing by default: `request.user` may be another's.
  }

  private async decide(
    request: GuardedRequest,
    policy: AccessPolicy,
    response: GuardedResponse | undefined,
    context: ExecutionContext,
  ): Promise<Decision> {
    try {
      const source = new GuardSource(request);
      const visit = policy.application === undefined ? undefined : await this.visitOf(source, policy.application);
      return await this.decider.decide(request.rawHeaders, policy, source, visit);
    } catch (error) {
      const isTemporary = error instanceof DomainError && ['unavailable', 'throttled'].includes(error.code);
      if (!isTemporary) throw error;
      for (const [name, value] of Object.entries(retryAfter(error))) response?.setHeader(name, value);
      const refused =
        error.code === 'throttled'
          ? new HttpException(error.message, HttpStatus.TOO_MANY_REQUESTS)
          : new ServiceUnavailableException(error.message);
      throw this.refusal(context, refused);
    }
  }

  /** @throws PolicyError for an application that does not exist, or that a route leaves to the host */
  private async visitOf(source: GuardSource, name: string): Promise<ApplicationVisit> {
    const application = await this.finder.named(name);
    if (!application) throw new PolicyError(`there is no application ${name}; give the audience tag or id of one`);
    return { application, address: application.needsAddress ? source.address : null };
  }

  /** @throws PolicyError if no token of a kind can be presented, roles are given without accounts, or a scope is none */
  private policyFor(context: ExecutionContext): AccessPolicy {
    const policies = [{ kinds: this.kinds }, ...policiesAt<AccessPolicy>(context)];
    for (const kind of policies.flatMap(({ kinds }) => kinds ?? [])) knownKind(kind, this.decider.kinds);
    const policy = policies.reduce<AccessPolicy>(intersect, {});
    checkRoles(policy);
    checkScopes(policy);
    checkAccount(policy, this.decider.kindsOfAccounts);
    return policy;
  }
}

/** RFC 6750 §3.1: says which scopes are needed. */
function forbidden(
  { accountNotNamed, lacksScope }: Extract<Decision, { outcome: 'forbidden' }>,
  { scopes = [] }: AccessPolicy,
  response: GuardedResponse | undefined,
): ForbiddenException {
  if (!lacksScope) return new ForbiddenException(accountNotNamed ? ACCOUNT_NOT_NAMED : NOT_ADMITTED);
  const needed = scopes.join(' ');
  response?.setHeader('WWW-Authenticate', `Bearer realm="latchkey", error="insufficient_scope", scope="${needed}"`);
  return new ForbiddenException(`${LACKS_SCOPE}${needed}`);
}

/** Where a guarded request comes from; only read if something is recorded or published. */
class GuardSource implements DecisionSource {
  readonly entryPoint = 'guard';

  constructor(private readonly request: GuardedRequest) {}

  get address(): string | null {
    return parseAddress(this.request.ip ?? this.request.socket?.remoteAddress ?? '') ?? null;
  }

  get requestId(): string | null {
    return requestIdOf(this.request);
  }

  get userAgent(): string | null {
    return headerIn(this.request.rawHeaders, 'user-agent');
  }
}

/** Fastify and others wrap the request of Node, whose headers and connection count. */
function guarded(request: object): GuardedRequest {
  const { raw = request, ip } = request as { readonly raw?: object; readonly ip?: string };
  const inner = raw as Partial<GuardedRequest>;
  if (inner.rawHeaders && (raw === request || ip === undefined)) return inner as GuardedRequest;
  return { rawHeaders: rawHeadersOf(request) ?? [], socket: inner.socket, ip };
}

/**
 * Whom a token guard has admitted; `undefined` where none has. For guards, interceptors and filters after it, and for
 * whatever has the request.
 * @param place - the request, or the context
 */
export function principalOf(place: object): TokenPrincipal | undefined {
  return principalIn(place) as TokenPrincipal | undefined;
}

/** Parameter decorator for the {@link TokenPrincipal} that a guard admitted; throws 401 on a route without a guard. */
export const CurrentPrincipal = createParamDecorator((_: unknown, context: ExecutionContext): TokenPrincipal => {
  const principal = principalOf(context);
  if (!principal) throw new UnauthorizedException('No token guard protects this route');
  return principal;
});
