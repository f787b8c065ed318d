/** Who is calling: an API token as Bearer, or a user's e-mail address and key (contract §5). */
import { Injectable, createParamDecorator, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { callerAddress } from '../../http/index.js';
import { Authenticator, PersonalToken, USER_AUDIENCE, emailKeyOf, type Principal } from '../../identity/index.js';
import { UNAUTHENTICATED } from './cloudflare.errors.js';

/** Anything that could be a token of ours or of the vendor's; the rest is a client's mistake and told so. */
const BEARER = /^Bearer +([A-Za-z0-9._~+/=-]{16,512})$/i;
const AUTH_KEY = /^[A-Za-z0-9_-]{16,512}$/;

const PRINCIPALS = new WeakMap<Request, Principal>();

@Injectable()
export class CloudflareGuard implements CanActivate {
  constructor(private readonly authenticator: Authenticator) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>();
    PRINCIPALS.set(request, await this.principalOf(request));
    return true;
  }

  private principalOf(request: Request): Promise<Principal> {
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
    const found = await this.authenticator.authenticate(token, USER_AUDIENCE, callerAddress(request));
    if (found.status !== 'authenticated') throw UNAUTHENTICATED.unknownToken;
    return found.principal;
  }

  private async byKey(email: string, key: string, request: Request): Promise<Principal> {
    if (!AUTH_KEY.test(key)) throw UNAUTHENTICATED.malformedKey;
    const found = await this.authenticator.authenticate(key, USER_AUDIENCE, callerAddress(request));
    const isHis =
      found.status === 'authenticated' &&
      found.principal.token instanceof PersonalToken &&
      emailKeyOf(found.principal.user.email) === emailKeyOf(email);
    if (!isHis) throw UNAUTHENTICATED.unknownKey;
    return found.principal;
  }
}

/** Parameter decorator: the caller. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  const principal = PRINCIPALS.get(context.switchToHttp().getRequest<Request>());
  if (!principal) throw UNAUTHENTICATED.missing;
  return principal;
});
