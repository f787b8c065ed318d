/** Renders errors in the form of RFC 6749 §5.2: `error`, and an `error_description` for people. */
import type { DomainError } from '../../core/index.js';
import {
  ErrorFilter,
  retryAfter,
  type BodyError,
  type ErrorResponse,
  type ForeignPage,
  type InputError,
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

export class OAuthErrors extends ErrorFilter {
  protected renderOwn(error: unknown): ErrorResponse | undefined {
    return error instanceof OAuthError ? oauthError(error) : undefined;
  }

  protected renderBodyError({ reason, status, message, headers }: BodyError): ErrorResponse {
    const code = reason === 'memory_full' ? 'temporarily_unavailable' : 'invalid_request';
    return answer(status, code, message, headers);
  }

  protected renderInputError({ message }: InputError): ErrorResponse {
    return answer(400, 'invalid_request', message);
  }

  protected renderDomainError(error: DomainError): ErrorResponse {
    return domainError(error);
  }

  protected renderForeignPage({ message }: ForeignPage): ErrorResponse {
    return answer(403, 'invalid_request', message);
  }

  protected renderNotFound(): ErrorResponse {
    return answer(404, 'invalid_request', 'there is nothing at this path');
  }

  protected renderMethodNotAllowed(allowed: string): ErrorResponse {
    return answer(405, 'invalid_request', `method not allowed here; allowed: ${allowed}`);
  }

  protected renderUnreadable(status: number): ErrorResponse {
    return answer(status, 'invalid_request', 'the request could not be read');
  }

  protected renderRefusal(status: number, message: string): ErrorResponse {
    if (status === 401) return answer(status, 'invalid_client', message, { 'WWW-Authenticate': CHALLENGE });
    const code = status === 403 ? 'unauthorized_client' : 'temporarily_unavailable';
    return answer(status, status === 429 || status >= 500 || status === 403 ? code : 'invalid_request', message);
  }

  protected renderInternalError(): ErrorResponse {
    return answer(500, 'server_error', 'internal error; the server log has the details');
  }
}

function oauthError({ error, message }: OAuthError): ErrorResponse {
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
function domainError(error: DomainError): ErrorResponse {
  switch (error.code) {
    case 'unavailable':
    case 'throttled':
    case 'too_many_at_once':
      return answer(503, 'temporarily_unavailable', error.message, retryAfter(error));
    case 'unauthenticated':
      return oauthError(new OAuthError('invalid_client', error.message));
    case 'not_permitted':
    case 'scopes_exceeded':
      return oauthError(new OAuthError('unauthorized_client', error.message));
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
