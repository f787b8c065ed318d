/** Determines where a request comes from. */
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import type { Origin } from '../../core/index.js';
import { requestIdOf } from '../tracking/track-requests.js';

/**
 * The network address as Express determines it with the configured trust in proxies, at most 64 characters, and the id
 * of the request.
 */
export function originOf(request: Request): Origin {
  const address = request.ip?.replace(/^::ffff:(?=\d+\.)/i, '').slice(0, 64) ?? null;
  return { address, requestId: requestIdOf(request) };
}

/** Parameter decorator for the {@link Origin} of the request, for logins. */
export const RequestOrigin = createParamDecorator((_: unknown, context: ExecutionContext) =>
  originOf(context.switchToHttp().getRequest<Request>()),
);
