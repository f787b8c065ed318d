/** Renders errors in the dialect's form: `{"msg": …}`, or `{"message": "401 Unauthorized"}` for an invalid token. */
import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Response } from 'express';
import { DomainError, assertNever } from '../../core/index.js';
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

export function renderCanvusError(error: unknown): ErrorResponse {
  if (error instanceof Unauthorized) return { status: 401, body: { message: '401 Unauthorized' } };
  if (error instanceof CanvusError) return msg(error.status, error.message);
  if (error instanceof InputError) return msg(400, error.message);
  if (error instanceof BodyError) return msg(error.reason === 'too_large' ? 413 : 400, error.message);
  if (error instanceof DomainError) return renderDomainError(error);
  if (error instanceof PathNotFound) return msg(404, messages.PATH_NOT_FOUND);
  if (error instanceof MethodNotAllowed) {
    const allow = error.allowed.join(', ');
    return msg(405, `Method not allowed here; allowed: ${allow}`, { Allow: allow });
  }
  const status = clientErrorStatus(error);
  if (status !== undefined) return msg(status, 'The request could not be read');
  return { ...msg(500, messages.INTERNAL), unexpected: error };
}

function renderDomainError(error: DomainError): ErrorResponse {
  switch (error.code) {
    case 'token_not_found':
      return msg(404, messages.TOKEN_NOT_FOUND);
    case 'user_not_found':
    case 'account_not_found':
    case 'member_not_found':
      return msg(404, error.message);
    case 'email_taken':
    case 'handle_taken':
    case 'identifier_taken':
    case 'account_name_taken':
    case 'already_member':
    case 'conflict':
      return msg(409, error.message);
    case 'unauthenticated':
      return renderCanvusError(new Unauthorized());
    case 'not_permitted':
      return msg(403, messages.PERMISSION_DENIED);
    case 'last_admin':
    case 'quota_reached':
    case 'wrong_password':
      return msg(403, error.message);
    case 'invalid_value':
      return msg(400, error.message);
    case 'invalid_login':
      return msg(401, error.message);
    case 'throttled':
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

/** Answers errors thrown by the dialect's controllers. */
@Catch()
export class CanvusErrorFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    sendError(host.switchToHttp().getResponse<Response>(), renderCanvusError(error));
  }
}
