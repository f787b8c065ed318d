/** Guards that ask a Latchkey elsewhere, with the decorators of those in process. */
import {
  ForbiddenException,
  HttpException,
  HttpStatus,
  Inject,
  Injectable,
  Logger,
  ServiceUnavailableException,
  UnauthorizedException,
  createParamDecorator,
  type CustomDecorator,
  type ExecutionContext,
} from '@nestjs/common';
import {
  HostGuard,
  admitTokens,
  keepPrincipal,
  policiesAt,
  principalIn,
  rawHeadersOf,
  type GuardedResponse,
} from '../guarding/index.js';
import { CLIENT, type LatchkeyClient } from './latchkey-client.js';
import { RemoteUnavailable, type RemoteDecision, type RemotePrincipal } from './remote-answer.js';
import type { RemotePolicy } from './query.js';

const WARNING_INTERVAL_MS = 10_000;

/** Restricts which tokens a guard admits, on a route, a controller, or both. The conditions of both have to hold. */
export function AdmitTokens(policy: RemotePolicy): CustomDecorator {
  return admitTokens(policy);
}

/**
 * Admits requests that present a token which the server admits. Otherwise throws `UnauthorizedException` (401),
 * `ForbiddenException` (403), `HttpException` (429), or `ServiceUnavailableException` (503) if the server does not
 * decide: nobody is admitted then.
 */
@Injectable()
export class RemoteTokenGuard extends HostGuard {
  /** The kinds that the guard itself admits. */
  protected readonly kinds: readonly string[] | undefined = undefined;

  private readonly logger = new Logger(RemoteTokenGuard.name);
  private warnedAt = Number.NEGATIVE_INFINITY;

  constructor(@Inject(CLIENT) private readonly client: LatchkeyClient) {
    super();
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = this.getRequest(context);
    const response = this.getResponse(context);
    const policies = [{ kinds: this.kinds }, ...policiesAt<RemotePolicy>(context)];
    const decision = await this.decide(request, policies, response, context);
    switch (decision.outcome) {
      case 'admitted':
        keepPrincipal(request, decision.principal);
        this.admitted(request, decision.principal);
        return true;
      case 'bypassed':
        return true;
      case 'forbidden':
        if (decision.challenge !== undefined) response?.setHeader('WWW-Authenticate', decision.challenge);
        throw this.refusal(context, new ForbiddenException(decision.message));
      case 'throttled':
        retryAfter(response, decision.retryAfterSeconds);
        throw this.refusal(context, new HttpException('Too many attempts', HttpStatus.TOO_MANY_REQUESTS));
      case 'unauthenticated':
        response?.setHeader('WWW-Authenticate', decision.challenge ?? 'Bearer realm="latchkey"');
        throw this.refusal(context, new UnauthorizedException('Missing or invalid token'));
    }
  }

  /** Called with whom the guard has admitted. Override it to set `request.user`, for example. */
  protected admitted(_request: object, _principal: RemotePrincipal): void {
    // Nothing by default: `request.user` may be another's.
  }

  /** The first one, and then one in ten seconds at most: every request fails while the server is away. */
  private warn(message: string): void {
    const now = performance.now();
    if (now - this.warnedAt < WARNING_INTERVAL_MS) return;
    this.warnedAt = now;
    this.logger.warn(`nobody is admitted: ${message}`);
  }

  private async decide(
    request: object,
    policies: readonly RemotePolicy[],
    response: GuardedResponse | undefined,
    context: ExecutionContext,
  ): Promise<RemoteDecision> {
    try {
      const rawHeaders = rawHeadersOf(request) ?? [];
      return await this.client.decide({ rawHeaders, address: addressOf(request) }, ...policies);
    } catch (error) {
      if (!(error instanceof RemoteUnavailable)) throw error;
      this.warn(error.message);
      retryAfter(response, error.retryAfterSeconds);
      const options = { cause: error };
      throw this.refusal(context, new ServiceUnavailableException('Tokens cannot be verified at the moment', options));
    }
  }
}

/** By the host's own trust in proxies, otherwise of the connection. */
function addressOf(request: object): string | undefined {
  const { ip, socket } = request as { ip?: string; socket?: { remoteAddress?: string } };
  return ip ?? socket?.remoteAddress;
}

function retryAfter(response: GuardedResponse | undefined, seconds: number | undefined): void {
  if (seconds !== undefined) response?.setHeader('Retry-After', String(seconds));
}

/** Like {@link RemoteTokenGuard}, but admits only service tokens. */
@Injectable()
export class RemoteServiceTokenGuard extends RemoteTokenGuard {
  protected override readonly kinds = ['service_token'];
}

/** Whom a guard has admitted; `undefined` where none has. @param place - the request, or the context */
export function principalOf(place: object): RemotePrincipal | undefined {
  return principalIn(place) as RemotePrincipal | undefined;
}

/** Parameter decorator for the {@link RemotePrincipal} that a guard admitted; throws 401 on a route without a guard. */
export const CurrentPrincipal = createParamDecorator((_: unknown, context: ExecutionContext): RemotePrincipal => {
  const principal = principalOf(context);
  if (!principal) throw new UnauthorizedException('No token guard protects this route');
  return principal;
});
