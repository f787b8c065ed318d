/** Renders errors in the dialect's envelope (docs/contracts/crm.md §6). */
import { Inject, Injectable } from '@nestjs/common';
import { DomainError, assertNever } from '../../core/index.js';
import {
  ErrorFilter,
  retryAfter,
  type BodyError,
  type ErrorResponse,
  type ForeignPage,
  type InputError,
} from '../../http/index.js';
import type { Values } from '../../settings/index.js';
import { ALWAYS_WITH_STATUS, CATALOGUE, type CrmErrorName } from './crm.error-catalogue.js';
import { CRM_OPTIONS } from './crm.options.js';
import type { CRM_SETTINGS } from './crm.settings.js';
import { reasonNotServed } from './not-served.js';

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

/** The error for an access token that does not exist, or that the caller may not see. */
export function tokenNotFound(): DomainError {
  return new DomainError('token_not_found', 'no such access token');
}

@Injectable()
export class CrmErrors extends ErrorFilter {
  constructor(@Inject(CRM_OPTIONS) private readonly options: Values<typeof CRM_SETTINGS>) {
    super();
  }

  protected renderOwn(error: unknown): ErrorResponse | undefined {
    return error instanceof CrmError ? this.answer(error) : undefined;
  }

  protected renderBodyError({ reason, status, message, headers }: BodyError): ErrorResponse {
    if (reason === 'memory_full') return this.answer(new CrmError('unavailable', message, headers));
    const answer = this.answer(new CrmError('invalidRequest', message));
    // An error of the transport, whose status does not depend on the setting.
    return reason === 'too_slow' ? { ...answer, status } : answer;
  }

  protected renderInputError({ message }: InputError): ErrorResponse {
    return this.answer(new CrmError('invalidRequest', message));
  }

  protected renderDomainError(error: DomainError): ErrorResponse {
    return this.answer(fromDomain(error));
  }

  protected renderForeignPage({ message }: ForeignPage): ErrorResponse {
    return this.answer(new CrmError('foreignPage', message));
  }

  protected renderNotFound(path: string): ErrorResponse {
    return this.answer(new CrmError('methodNotFound', reasonNotServed(path)));
  }

  protected renderMethodNotAllowed(allowed: string): ErrorResponse {
    return this.answer(new CrmError('methodNotAllowed', `allowed: ${allowed}`));
  }

  protected renderUnreadable(): ErrorResponse {
    return this.answer(new CrmError('methodNotFound'));
  }

  /** Its status does not depend on the setting: it is the host that answers. */
  protected renderRefusal(status: number, message: string): ErrorResponse {
    return { ...this.answer(new CrmError(refusalOf(status), message)), status };
  }

  protected renderInternalError(): ErrorResponse {
    return this.answer(new CrmError('unexpected', 'the server log has the details'));
  }

  private answer({ entry, description, headers }: CrmError): ErrorResponse {
    const { code, message, status } = CATALOGUE[entry];
    const withStatus = this.options.httpErrors === 'status' || ALWAYS_WITH_STATUS.has(entry);
    return { status: withStatus ? status : 200, headers, body: { status: { code, description, message }, data: {} } };
  }
}

function refusalOf(status: number): CrmErrorName {
  if (status === 401) return 'invalidToken';
  if (status === 403) return 'notPermitted';
  if (status === 429) return 'tooManyAtOnce';
  return status >= 500 ? 'unavailable' : 'invalidRequest';
}

/** What may succeed later. */
const TEMPORARY = {
  throttled: 'tooManyFailedLogins',
  too_many_at_once: 'tooManyAtOnce',
  unavailable: 'unavailable',
} as const;

function fromDomain(error: DomainError): CrmError {
  switch (error.code) {
    case 'token_not_found':
      return new CrmError('tokenNotFound');
    case 'handle_taken':
      return new CrmError('codeTaken', 'authentication_code');
    case 'identifier_taken':
      return new CrmError('identifierTaken', 'identifier');
    case 'not_permitted':
    case 'change_reserved':
    case 'scopes_exceeded':
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
    case 'resource_not_found':
    case 'in_use':
      return new CrmError('invalidParameter', error.message);
    case 'conflict':
      return new CrmError('concurrentChange');
    case 'throttled':
    case 'too_many_at_once':
    case 'unavailable':
      return new CrmError(TEMPORARY[error.code], error.message, retryAfter(error));
    default:
      return assertNever(error.code);
  }
}
