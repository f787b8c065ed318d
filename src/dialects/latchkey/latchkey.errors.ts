/** Renders errors as problems of RFC 9457 (docs/contracts/latchkey.md §1.2). */
import { assertNever, type DomainError } from '../../core/index.js';
import {
  ErrorFilter,
  retryAfter,
  type BodyError,
  type ErrorResponse,
  type ForeignPage,
  type InputError,
} from '../../http/index.js';
import { TokenRequestError, type TokenRequestField } from '../../managing/index.js';
import { PROBLEMS, Problem, problemUri, wrongMember, type ProblemType } from './latchkey.problems.js';

/** The media type of all errors. */
export const PROBLEM_JSON = 'application/problem+json';

/** What a body that cannot be used means. */
const BODY_PROBLEMS: Readonly<Record<BodyError['reason'], ProblemType>> = {
  too_large: 'too-large',
  too_slow: 'request-timeout',
  memory_full: 'unavailable',
  unreadable: 'invalid-request',
  not_json: 'invalid-request',
};

export class LatchkeyErrors extends ErrorFilter {
  protected renderOwn(error: unknown): ErrorResponse | undefined {
    return error instanceof Problem ? rendered(error) : undefined;
  }

  protected renderBodyError({ reason, message, headers }: BodyError): ErrorResponse {
    return problem(BODY_PROBLEMS[reason], message, { headers });
  }

  protected renderInputError({ field, message }: InputError): ErrorResponse {
    return field === null ? problem('invalid-request', message) : rendered(wrongMember(field, message));
  }

  protected renderDomainError(error: DomainError): ErrorResponse {
    return error instanceof TokenRequestError ? ofTokenRequest(error) : ofDomain(error);
  }

  protected renderForeignPage({ message }: ForeignPage): ErrorResponse {
    return problem('forbidden', message);
  }

  protected renderNotFound(): ErrorResponse {
    return problem('not-found', 'there is nothing at this path; /docs lists what there is');
  }

  protected renderMethodNotAllowed(allowed: string): ErrorResponse {
    return problem('method-not-allowed', `this method is not allowed here; allowed: ${allowed}`);
  }

  protected renderUnreadable(status: number): ErrorResponse {
    return problem(typeOf(status), 'the request could not be read', { status });
  }

  protected renderRefusal(status: number, message: string): ErrorResponse {
    return problem(typeOf(status), message, { status });
  }

  protected renderInternalError(): ErrorResponse {
    return problem('internal', 'an unexpected error; the log of the server has it under the id of this request');
  }

  protected override completed(answer: ErrorResponse, path: string, requestId: string | null): ErrorResponse {
    const wait = answer.headers?.['Retry-After'];
    const { type, title, status, detail, ...more } = answer.body as Record<string, unknown>;
    const body = { type, title, status, detail, instance: path, request_id: requestId, ...more };
    return { ...answer, body: wait === undefined ? body : { ...body, retry_after: Number(wait) } };
  }
}

type Particulars = Problem['particulars'];

function rendered({ type, detail, particulars }: Problem): ErrorResponse {
  return problem(type, detail, particulars);
}

function problem(type: ProblemType, detail: string, particulars: Particulars = {}): ErrorResponse {
  const { status: usual, title } = PROBLEMS[type];
  const { status = usual, errors, retryAfter: seconds, headers } = particulars;
  return {
    status,
    headers: {
      'Content-Type': PROBLEM_JSON,
      ...(status === 401 && { 'WWW-Authenticate': 'Bearer' }),
      ...(seconds !== undefined && { 'Retry-After': String(seconds) }),
      ...headers,
    },
    body: { type: problemUri(type), title, status, detail, ...(errors && { errors }) },
  };
}

const BY_STATUS: ReadonlyMap<number, ProblemType> = new Map<number, ProblemType>([
  [401, 'unauthenticated'],
  [403, 'forbidden'],
  [404, 'not-found'],
  [413, 'too-large'],
  [415, 'unsupported-media-type'],
  [429, 'too-many-requests'],
]);

function typeOf(status: number): ProblemType {
  return BY_STATUS.get(status) ?? (status >= 500 ? 'unavailable' : 'invalid-request');
}

/** The members of bodies that say what a request about tokens says. */
const MEMBERS: Readonly<Partial<Record<TokenRequestField, string>>> = {
  kind: 'kind',
  name: 'name',
  account: 'account_id',
  owner: 'owner_id',
  expiresAt: 'expires_at',
};

function ofTokenRequest({ field, message }: TokenRequestError): ErrorResponse {
  const member = MEMBERS[field];
  return member === undefined ? problem('invalid-request', message) : rendered(wrongMember(member, message));
}

function ofDomain(error: DomainError): ErrorResponse {
  switch (error.code) {
    case 'token_not_found':
    case 'user_not_found':
    case 'account_not_found':
    case 'member_not_found':
    case 'resource_not_found':
      return problem('not-found', error.message);
    case 'email_taken':
    case 'handle_taken':
    case 'identifier_taken':
    case 'account_name_taken':
    case 'already_member':
    case 'conflict':
    case 'in_use':
    case 'last_admin':
      return problem('conflict', error.message);
    case 'quota_reached':
      return problem('quota-exceeded', error.message);
    case 'unauthenticated':
    case 'invalid_login':
      return problem('unauthenticated', error.message);
    case 'not_permitted':
    case 'change_reserved':
    case 'scopes_exceeded':
      return problem('forbidden', error.message);
    case 'wrong_password':
    case 'invalid_value':
      return problem('invalid-request', error.message);
    case 'throttled':
    case 'too_many_at_once':
      return problem('too-many-requests', error.message, { headers: retryAfter(error) });
    case 'unavailable':
      return problem('unavailable', error.message, { headers: retryAfter(error) });
    default:
      return assertNever(error.code);
  }
}
