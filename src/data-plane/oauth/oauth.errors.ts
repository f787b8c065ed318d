/** Renders errors in the form of RFC 6749 §5.2: `error`, and an `error_description` for people. */
import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Response } from 'express';
import { DomainError } from '../../core/index.js';
import {
  BodyError,
  InputError,
  MethodNotAllowed,
  PathNotFound,
  clientErrorStatus,
  retryAfter,
  sendError,
  type ErrorResponse,
} from '../../http/index.js';

/** The caller is not authenticated or not permitted; `invalid_token` refers to the caller's own Bearer token. */
export class OAuthError extends Error {
  constructor(
    readonly error: 'invalid_request' | 'invalid_client' | 'invalid_token' | 'unauthorized_client',
    message: string,
  ) {
    super(message);
  }
}

/** The challenge for unauthenticated callers: RFC 7617 or RFC 6750. */
const CHALLENGE = 'Basic realm="latchkey", charset="UTF-8", Bearer realm="latchkey"';
/** RFC 6750 §3, as required by RFC 7662 §2.3. */
const INVALID_BEARER = 'Bearer realm="latchkey", error="invalid_token"';

export function renderOAuthError(error: unknown): ErrorResponse {
  if (error instanceof OAuthError) return renderOwn(error);
  if (error instanceof BodyError) {
    return answer(error.reason === 'too_large' ? 413 : 400, 'invalid_request', error.message);
  }
  if (error instanceof InputError) return answer(400, 'invalid_request', error.message);
  if (error instanceof DomainError) return renderDomainError(error);
  if (error instanceof PathNotFound) return answer(404, 'invalid_request', 'there is nothing at this path');
  if (error instanceof MethodNotAllowed) {
    const allow = error.allowed.join(', ');
    return answer(405, 'invalid_request', `method not allowed here; allowed: ${allow}`, { Allow: allow });
  }
  const status = clientErrorStatus(error);
  if (status !== undefined) return answer(status, 'invalid_request', 'the request could not be read');
  const internal = answer(500, 'server_error', 'internal error; the server log has the details');
  return { ...internal, unexpected: error };
}

function renderOwn({ error, message }: OAuthError): ErrorResponse {
  switch (error) {
    case 'invalid_client':
      return answer(401, error, message, { 'WWW-Authenticate': CHALLENGE });
    case 'invalid_token':
      return answer(401, error, message, { 'WWW-Authenticate': INVALID_BEARER });
    case 'unauthorized_client':
    case 'invalid_request':
      return answer(400, error, message);
  }
}

/** Errors of the services behind the two routes, thrown after the caller was authenticated. */
function renderDomainError(error: DomainError): ErrorResponse {
  switch (error.code) {
    case 'unavailable':
    case 'throttled':
      return answer(503, 'temporarily_unavailable', error.message, retryAfter(error));
    case 'unauthenticated':
      return renderOwn(new OAuthError('invalid_client', error.message));
    case 'not_permitted':
      return renderOwn(new OAuthError('unauthorized_client', error.message));
    default:
      return answer(400, 'invalid_request', error.message);
  }
}

function answer(
  status: number,
  error: string,
  description: string,
  headers: Record<string, string> = {},
): ErrorResponse {
  return { status, body: { error, error_description: description }, headers };
}

@Catch()
export class OAuthErrorFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    sendError(host.switchToHttp().getResponse<Response>(), renderOAuthError(error));
  }
}
