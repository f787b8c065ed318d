/** Renders errors in the failure envelope, with the codes of docs/contracts/cloudflare.md §3 and our own from 10500. */
import type { Policy } from '../../applications/index.js';
import { assertNever, type DomainError } from '../../core/index.js';
import {
  ErrorFilter,
  retryAfter,
  type BodyError,
  type ErrorResponse,
  type ForeignPage,
  type InputError,
} from '../../http/index.js';

/** One item of `errors`. */
export interface ErrorItem {
  readonly code: number;
  readonly message: string;
  readonly error_chain?: readonly { code: number; message: string }[];
  readonly source?: { readonly pointer: string };
}

/** An error that only this dialect has. */
export class CloudflareError extends Error {
  constructor(
    readonly status: number,
    readonly item: ErrorItem,
  ) {
    super(item.message);
  }
}

/** Errors for missing, malformed or invalid credentials. */
export const UNAUTHENTICATED = {
  missing: new CloudflareError(400, {
    code: 9106,
    message: 'Missing X-Auth-Key, X-Auth-Email or Authorization headers',
  }),
  malformedBearer: malformedHeader(6111, 'Invalid format for Authorization header'),
  malformedKey: malformedHeader(6103, 'Invalid format for X-Auth-Key header'),
  unknownKey: new CloudflareError(403, { code: 9103, message: 'Unknown X-Auth-Key or X-Auth-Email' }),
  unknownToken: new CloudflareError(401, { code: 10000, message: 'Authentication error' }),
  /** For `user/tokens/verify`. */
  invalidToken: new CloudflareError(401, { code: 1000, message: 'Invalid API Token' }),
} as const;

/** Not permitted. An account that the caller may not see gives the same error as one that does not exist. */
export const FORBIDDEN = new CloudflareError(403, { code: 10000, message: 'Authentication error' });

/** An account whose organization has not been created (docs/contracts/cloudflare.md §3). */
export const NOT_ENABLED = new CloudflareError(404, {
  code: 9999,
  message:
    'access.api.error.not_enabled: Access is not enabled. Create the organization of this account first ' +
    '(POST /accounts/:account_id/access/organizations)',
});

/** For `accounts/:accountId/tokens/verify`: every token belongs to a user (docs/contracts/cloudflare.md §5). */
export const NOT_OF_ACCOUNT = new CloudflareError(401, {
  code: 1000,
  message: 'Invalid API Token: it belongs to a user; verify it at /user/tokens/verify',
});

/** A policy names the token that is to be deleted (docs/contracts/cloudflare.md §3). */
export function tokenInUse({ id, name, applicationId }: Policy): CloudflareError {
  const of = applicationId === null ? '' : ` of the application ${applicationId}`;
  return new CloudflareError(400, {
    code: 12139,
    message:
      'access.api.error.service_token_in_use: cannot delete service token because it is used by a policy, group, or app ' +
      `SCIM configuration. The policy ${id} (${JSON.stringify(name)})${of} names it: change or delete that first`,
  });
}

/** An object named in the path does not exist; the answer repeats the path. */
export class NoRoute extends Error {}

export class CloudflareErrors extends ErrorFilter {
  protected renderOwn(error: unknown, path: string): ErrorResponse | undefined {
    if (error instanceof CloudflareError) return failure(error.status, error.item);
    return error instanceof NoRoute ? noRoute(path) : undefined;
  }

  protected renderBodyError({ reason, status, message, headers }: BodyError): ErrorResponse {
    if (reason === 'memory_full') return failure(status, { code: 10503, message }, headers);
    return failure(status, { code: 12130, message: `access.api.error.invalid_request: ${message}` });
  }

  protected renderInputError({ message, field }: InputError): ErrorResponse {
    return invalidRequest(message, field);
  }

  protected renderDomainError(error: DomainError, path: string): ErrorResponse {
    return domainError(error, path);
  }

  protected renderForeignPage({ message }: ForeignPage): ErrorResponse {
    return failure(403, { code: 10502, message });
  }

  protected renderNotFound(path: string): ErrorResponse {
    const message = `No route for that URI: ${shown(path)} is not served by this server`;
    return failure(404, { code: 7000, message });
  }

  protected renderMethodNotAllowed(allowed: string): ErrorResponse {
    return failure(405, { code: 10001, message: `Method not allowed here; allowed: ${allowed}` });
  }

  protected renderUnreadable(_status: number, path: string): ErrorResponse {
    return noRoute(path);
  }

  protected renderRefusal(status: number, message: string): ErrorResponse {
    const code = status === 401 || status === 403 ? 10000 : status === 429 ? 971 : 10000 + status;
    return failure(status, { code, message });
  }

  protected renderInternalError(): ErrorResponse {
    return failure(500, { code: 10500, message: 'internal error; the server log has the details' });
  }
}

/** The same for `user/tokens/verify`, where an invalid token has a different code. */
export class TokenVerifyErrors extends CloudflareErrors {
  override render(error: unknown, path: string): ErrorResponse {
    return super.render(error === UNAUTHENTICATED.unknownToken ? UNAUTHENTICATED.invalidToken : error, path);
  }
}

function domainError(error: DomainError, path: string): ErrorResponse {
  switch (error.code) {
    case 'token_not_found':
    case 'resource_not_found':
      return failure(404, { code: 12135, message: 'access.api.error.not_found' });
    case 'in_use':
      return failure(400, { code: 12139, message: `access.api.error.in_use: ${error.message}` });
    case 'account_not_found':
    case 'member_not_found':
      return noRoute(path);
    case 'user_not_found':
      return invalidRequest(error.message, 'email');
    case 'handle_taken':
    case 'identifier_taken':
    case 'email_taken':
    case 'account_name_taken':
    case 'already_member':
    case 'conflict':
      return failure(409, { code: 12132, message: `access.api.error.conflict: ${error.message}` }, NO_RETRY);
    case 'invalid_value':
    case 'wrong_password':
    case 'last_admin':
    case 'quota_reached':
      return invalidRequest(error.message, null);
    case 'change_reserved':
    case 'not_permitted':
    case 'scopes_exceeded':
      return forbidden(error);
    case 'unauthenticated':
    case 'invalid_login':
      return failure(UNAUTHENTICATED.unknownToken.status, UNAUTHENTICATED.unknownToken.item);
    case 'throttled':
    case 'too_many_at_once':
      return failure(429, { code: 971, message: error.message }, retryAfter(error));
    case 'unavailable':
      return failure(503, { code: 10503, message: error.message }, retryAfter(error));
    default:
      return assertNever(error.code);
  }
}

/** Who may act here, but for a setting or the scopes of their token, is told so. */
function forbidden({ code, message }: DomainError): ErrorResponse {
  const { status, item } = FORBIDDEN;
  if (code === 'change_reserved') return failure(403, { code: 10501, message });
  return failure(status, code === 'scopes_exceeded' ? { ...item, message } : item);
}

/** The vendor's libraries repeat a request that got 409 by themselves, which would replace a secret that was just made. */
const NO_RETRY = { 'x-should-retry': 'false' };

function invalidRequest(what: string, field: string | null): ErrorResponse {
  const message = `access.api.error.invalid_request: ${what}`;
  return failure(400, { code: 12130, message, ...(field !== null && { source: { pointer: `/${field}` } }) });
}

/** Maximum number of characters of a path to repeat. */
const PATH_SHOWN = 500;

function shown(path: string): string {
  return path.slice(0, PATH_SHOWN);
}

function noRoute(path: string): ErrorResponse {
  const message = `Could not route to ${shown(path)}, perhaps your object identifier is invalid?`;
  return failure(404, { code: 7003, message });
}

function failure(status: number, item: ErrorItem, headers: Record<string, string> = {}): ErrorResponse {
  return { status, headers, body: { result: null, success: false, errors: [item], messages: [] } };
}

function malformedHeader(code: number, message: string): CloudflareError {
  return new CloudflareError(400, { code: 6003, message: 'Invalid request headers', error_chain: [{ code, message }] });
}
