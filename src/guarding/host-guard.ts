/** What guards for hosts let a host decide: where the request is, and how a refusal is told. */
import type { CanActivate, ExecutionContext, HttpException } from '@nestjs/common';
import { requestIn, responseIn, type GuardedResponse } from './context.js';
import { rawHeadersOf } from './raw-headers.js';

/** A guard whose parts a host can override. */
export abstract class HostGuard implements CanActivate {
  abstract canActivate(context: ExecutionContext): Promise<boolean>;

  /**
   * Where the request is: of HTTP, GraphQL, WebSockets by socket.io, and gRPC it is found. Override it for other
   * transports. It has `rawHeaders`, or `headers` by their names.
   */
  protected getRequest(context: ExecutionContext): object {
    const request = requestIn(context);
    if (request && rawHeadersOf(request)) return request;
    throw new TypeError(
      `${this.constructor.name} finds no headers in this context (${context.getType()}): override its getRequest(context) ` +
        'to return an object with `headers`',
    );
  }

  /** Where response headers are set; `undefined` where the transport has none. */
  protected getResponse(context: ExecutionContext): GuardedResponse | undefined {
    return responseIn(context);
  }

  /** The error for a refusal, also for too many attempts and an unavailable database. Override it to throw a `WsException` or an `RpcException`. */
  protected refusal(_context: ExecutionContext, error: HttpException): Error {
    return error;
  }
}
