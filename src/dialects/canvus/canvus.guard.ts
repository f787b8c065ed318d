/** Who is calling: the Private-Token of every request (contract §1.4 to §1.7). */
import {
  Injectable,
  SetMetadata,
  createParamDecorator,
  type CanActivate,
  type CustomDecorator,
  type ExecutionContext,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { callerAddress } from '../../http/index.js';
import { Authenticator, USER_AUDIENCE, type Principal } from '../../identity/index.js';
import { CanvusError, Unauthorized } from './canvus.errors.js';
import { USER_UNUSABLE } from './canvus.messages.js';

const PUBLIC = 'latchkey:canvus-public';
const PRINCIPALS = new WeakMap<Request, Principal>();

/** Marks a route that answers without a token, and to which a wrong one does not matter. */
export function Public(): CustomDecorator {
  return SetMetadata(PUBLIC, true);
}

/** Lets a request pass with an accepted token, and without one only where the route says {@link Public}. */
@Injectable()
export class CanvusGuard implements CanActivate {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>();
    const isPublic = this.reflector.getAllAndOverride<boolean | undefined>(PUBLIC, [
      context.getHandler(),
      context.getClass(),
    ]);
    const presented = request.headers['private-token'];
    const found = await this.authenticator.authenticate(presented, USER_AUDIENCE, callerAddress(request));
    if (found.status === 'authenticated') PRINCIPALS.set(request, found.principal);
    else if (isPublic) return true;
    else throw found.status === 'unusable' ? new CanvusError(403, USER_UNUSABLE) : new Unauthorized();
    return true;
  }
}

/** Parameter decorator: the caller, on routes that are not public. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  const principal = PRINCIPALS.get(context.switchToHttp().getRequest<Request>());
  if (!principal) throw new Unauthorized();
  return principal;
});

/** Parameter decorator: the caller of a public route, if he showed an accepted token. */
export const MaybeCaller = createParamDecorator((_: unknown, context: ExecutionContext): Principal | undefined =>
  PRINCIPALS.get(context.switchToHttp().getRequest<Request>()),
);

/** Parameter decorator: the caller's network address. */
export const Address = createParamDecorator((_: unknown, context: ExecutionContext) =>
  callerAddress(context.switchToHttp().getRequest<Request>()),
);
