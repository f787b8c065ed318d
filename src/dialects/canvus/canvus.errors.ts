/** Renders errors in the dialect's form: `{"msg": …}`, or `{"message": "401 Unauthorized"}` for an invalid token. */
import { assertNever, type DomainError } from '../../core/index.js';
import {
  ErrorFilter,
  retryAfter,
  type BodyError,
  type ErrorResponse,
  type ForeignPage,
  type InputError,
} from '../../http/index.js';
import * as messages from './canvus.messages.js';

/** The caller's token is missing or invalid. */
export class Unauthorized extends Error {}

/** An error that only this dialect has. */
export class CanvusError extends Error {
  constructor(
    readonly status: 400 | 403 | 404,
    message: string,
  ) {
    super(message);
  }
}

const UNAUTHORIZED: ErrorResponse = { status: 401, body: { message: '401 Unauthorized' } };

export class CanvusErrors extends ErrorFilter {
  protected renderOwn(error: unknown): ErrorResponse | undefined {
    if (error instanceof Unauthorized) return UNAUTHORIZED;
    return error instanceof CanvusError ? msg(error.status, error.message) : undefined;
  }

  protected renderBodyError({ status, message, headers }: BodyError): ErrorResponse {
    return msg(status, message, headers);
  }

  protected renderInputError({ message }: InputError): ErrorResponse {
    return msg(400, message);
  }

  protected renderDomainError(error: DomainError): ErrorResponse {
    return domainError(error);
  }

  protected renderForeignPage({ message }: ForeignPage): ErrorResponse {
    return msg(403, message);
  }

  protected renderNotFound(): ErrorResponse {
    return msg(404, messages.PATH_NOT_FOUND);
  }

  protected renderMethodNotAllowed(allowed: string): ErrorResponse {
    return msg(405, `Method not allowed here; allowed: ${allowed}`);
  }

  protected renderUnreadable(status: number): ErrorResponse {
    return msg(status, 'The request could not be read');
  }

  protected renderRefusal(status: number, message: string): ErrorResponse {
    return msg(status, message);
  }

  protected renderInternalError(): ErrorResponse {
    return msg(500, messages.INTERNAL);
  }
}

function domainError(error: DomainError): ErrorResponse {
  switch (error.code) {
    case 'token_not_found':
      return msg(404, messages.TOKEN_NOT_FOUND);
    case 'user_not_found':
    case 'account_not_found':
    case 'member_not_found':
    case 'resource_not_found':
      return msg(404, error.message);
    case 'email_taken':
    case 'handle_taken':
    case 'identifier_taken':
    case 'account_name_taken':
    case 'already_member':
    case 'conflict':
    case 'in_use':
      return msg(409, error.message);
    case 'unauthenticated':
      return UNAUTHORIZED;
    case 'not_permitted':
      return msg(403, messages.PERMISSION_DENIED);
    case 'last_admin':
    case 'change_reserved':
    case 'scopes_exceeded':
    case 'quota_reached':
    case 'wrong_password':
      return msg(403, error.message);
    case 'invalid_value':
      return msg(400, error.message);
    case 'invalid_login':
      return msg(401, error.message);
    case 'throttled':
    case 'too_many_at_once':
      return msg(429, error.message, retryAfter(error));
    case 'unavailable':
      return msg(503, error.message, retryAfter(error));
    default:
      return assertNever(error.code);
  }
}

function msg(status: number, text: string, headers: Record<string, string> = {}): ErrorResponse {
  return { status, body: { msg: text }, headers };
}
