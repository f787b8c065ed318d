/** Renders errors in the dialect's envelope (docs/contracts/crm.md §6). */
import { Catch, Inject, Injectable, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
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
import type { Values } from '../../settings/index.js';
import { ALWAYS_WITH_STATUS, CATALOGUE, type CrmErrorName } from './crm.error-catalogue.js';
import { CRM_OPTIONS } from './crm.module-definition.js';
import type { CRM_SETTINGS } from './crm.settings.js';

/** An error of the catalogue. The description names the parameter or value, and contains no secret. */
export class CrmError extends Error {
  constructor(
    readonly entry: CrmErrorName,
    readonly description = '',
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(description);
  }
}

@Injectable()
export class CrmErrors {
  constructor(@Inject(CRM_OPTIONS) private readonly options: Values<typeof CRM_SETTINGS>) {}

  render(error: unknown): ErrorResponse {
    const { entry, description, headers, cause } = this.asCrmError(error);
    const { code, message, status } = CATALOGUE[entry];
    const withStatus = this.options.httpErrors === 'status' || ALWAYS_WITH_STATUS.has(entry);
    return {
      status: withStatus ? status : 200,
      headers,
      unexpected: cause,
      body: { status: { code, description, message }, data: {} },
    };
  }

  private asCrmError(error: unknown): CrmError {
    if (error instanceof CrmError) return error;
    if (error instanceof DomainError) return fromDomain(error);
    if (error instanceof BodyError) return new CrmError('invalidRequest', error.message);
    if (error instanceof InputError) return new CrmError('invalidRequest', error.message);
    if (error instanceof PathNotFound) return new CrmError('methodNotFound');
    if (error instanceof MethodNotAllowed) {
      const allow = error.allowed.join(', ');
      return new CrmError('methodNotAllowed', `allowed: ${allow}`, { Allow: allow });
    }
    const status = clientErrorStatus(error);
    if (status !== undefined) return new CrmError('methodNotFound');
    return Object.assign(new CrmError('unexpected', 'the server log has the details'), { cause: error });
  }
}

function fromDomain(error: DomainError): CrmError {
  switch (error.code) {
    case 'token_not_found':
      return new CrmError('tokenNotFound');
    case 'handle_taken':
      return new CrmError('codeTaken', 'authentication_code');
    case 'identifier_taken':
      return new CrmError('identifierTaken', 'identifier');
    case 'not_permitted':
    case 'last_admin':
      return new CrmError('notPermitted', error.message);
    case 'invalid_login':
    case 'wrong_password':
      return new CrmError('invalidCredentials');
    case 'unauthenticated':
      return new CrmError('invalidToken');
    case 'account_not_found':
      return new CrmError('invalidToken', 'the organisation is gone');
    case 'invalid_value':
    case 'quota_reached':
    case 'email_taken':
    case 'account_name_taken':
    case 'already_member':
    case 'user_not_found':
    case 'member_not_found':
      return new CrmError('invalidParameter', error.message);
    case 'conflict':
      return new CrmError('concurrentChange');
    case 'throttled':
      return new CrmError('tooManyFailedLogins', error.message, retryAfter(error));
    case 'unavailable':
      return new CrmError('unavailable', error.message, retryAfter(error));
    default:
      return assertNever(error.code);
  }
}

/** Answers errors thrown by the dialect's controllers. */
@Catch()
export class CrmErrorFilter implements ExceptionFilter {
  constructor(private readonly errors: CrmErrors) {}

  catch(error: unknown, host: ArgumentsHost): void {
    sendError(host.switchToHttp().getResponse<Response>(), this.errors.render(error));
  }
}
