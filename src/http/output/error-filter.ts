/** The base of the exception filters of all APIs: it tells errors apart, and each API renders them in its own form. */
import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import { DomainError, Overload } from '../../core/index.js';
import { BodyError, InputError } from '../input/input-errors.js';
import { ForeignPage } from '../mount/browser-writes.js';
import { MethodNotAllowed, PathNotFound } from '../mount/routing.js';
import { requestIdOf } from '../tracking/track-requests.js';
import { clientErrorStatus, sendError, type ErrorResponse } from './error-response.js';
import { requestedPath } from './redaction.js';

/** What Nest itself throws for a path or a body that it cannot read, and for a path that it does not know. */
const UNREADABLE: ReadonlySet<number> = new Set([400, 404]);

/**
 * Answers the errors of an API, those of its controllers as well as those for requests that reach none. Every `path` is
 * the requested path without the query and without secrets.
 */
@Catch()
export abstract class ErrorFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.respond(error, http.getRequest<Request>(), http.getResponse<Response>());
  }

  /** Answers a request with an error. */
  respond(error: unknown, request: Request, response: Response): void {
    const path = requestedPath(request);
    sendError(response, this.completed(this.render(error, path), path, requestIdOf(request)));
  }

  /** What answers to all errors have in common. Default: nothing. */
  protected completed(answer: ErrorResponse, _path: string, _requestId: string | null): ErrorResponse {
    return answer;
  }

  /** The answer to any error. */
  render(error: unknown, path: string): ErrorResponse {
    const own = this.renderOwn(error, path);
    if (own) return own;
    if (error instanceof BodyError)
      return { ...this.renderBodyError(error), overloaded: error.reason === 'memory_full' };
    if (error instanceof InputError) return this.renderInputError(error);
    if (error instanceof Overload) return { ...this.renderDomainError(error, path), overloaded: true };
    if (error instanceof DomainError) return this.renderDomainError(error, path);
    if (error instanceof ForeignPage) return this.renderForeignPage(error);
    if (error instanceof PathNotFound) return this.renderNotFound(path);
    if (error instanceof MethodNotAllowed) {
      const allowed = error.allowed.join(', ');
      const answer = this.renderMethodNotAllowed(allowed);
      return { ...answer, headers: { ...answer.headers, Allow: allowed } };
    }
    if (error instanceof HttpException && !UNREADABLE.has(error.getStatus())) {
      return this.renderRefusal(error.getStatus(), error.message);
    }
    const status = clientErrorStatus(error);
    if (status !== undefined) return this.renderUnreadable(status, path);
    return { ...this.renderInternalError(), unexpected: error };
  }

  /** Errors that only this API has; `undefined` for all others. */
  protected abstract renderOwn(error: unknown, path: string): ErrorResponse | undefined;

  protected abstract renderBodyError(error: BodyError): ErrorResponse;

  protected abstract renderInputError(error: InputError): ErrorResponse;

  protected abstract renderDomainError(error: DomainError, path: string): ErrorResponse;

  /** A web page of another site made a browser send the request: 403. */
  protected abstract renderForeignPage(error: ForeignPage): ErrorResponse;

  /** No route has this path. */
  protected abstract renderNotFound(path: string): ErrorResponse;

  /** @param allowed - methods, separated by commas; the header `Allow` is added */
  protected abstract renderMethodNotAllowed(allowed: string): ErrorResponse;

  /** A request that Express or Nest refused, for example because its path cannot be decoded. @param status - 4xx */
  protected abstract renderUnreadable(status: number, path: string): ErrorResponse;

  /**
   * A guard or an interceptor of the host has refused the request: it keeps the status. `Retry-After` and other headers are
   * on the response already.
   * @param status - 401 to 599, but not 404
   * @param message - of the host's exception
   */
  protected abstract renderRefusal(status: number, message: string): ErrorResponse;

  /** An unexpected error, which is logged. */
  protected abstract renderInternalError(): ErrorResponse;
}
