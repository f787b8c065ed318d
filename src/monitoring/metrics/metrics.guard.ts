/** Admits administrators of the server, by a token as Bearer. */
import { ForbiddenException, Injectable, UnauthorizedException } from '@nestjs/common';
import type { Request } from 'express';
import { PermissionGuard, denied, originOf } from '../../http/index.js';
import { Authenticator, USER_AUDIENCE } from '../../identity/index.js';

/** The only permission here. */
export const ADMINISTRATORS = 'administrators of the server';

const BEARER = /^Bearer +(\S+)$/i;

@Injectable()
export class MetricsGuard extends PermissionGuard {
  constructor(private readonly authenticator: Authenticator) {
    super();
  }

  protected async authorize(request: Request): Promise<object> {
    const token = bearerOf(request);
    if (token === undefined) {
      throw new UnauthorizedException(
        'send the access token of an administrator in one header, Authorization: Bearer …',
      );
    }
    const found = await this.authenticator.authenticate(token, USER_AUDIENCE, originOf(request));
    if (found.status === 'scoped') {
      const error = new ForbiddenException('a token with scopes reads no metrics; use one without scopes');
      throw denied(error, request, ADMINISTRATORS, found.principal.actor);
    }
    if (found.status !== 'authenticated') throw new UnauthorizedException('the token is not accepted');
    if (!found.principal.user.admin) {
      const error = new ForbiddenException('only administrators of the server may read metrics');
      throw denied(error, request, ADMINISTRATORS, found.principal.actor);
    }
    return found.principal;
  }
}

/** The token of the only Authorization header. */
function bearerOf({ rawHeaders, headers }: Request): string | undefined {
  const sent = rawHeaders.filter((text, at) => at % 2 === 0 && text.toLowerCase() === 'authorization');
  return sent.length === 1 ? BEARER.exec(headers.authorization ?? '')?.[1] : undefined;
}
