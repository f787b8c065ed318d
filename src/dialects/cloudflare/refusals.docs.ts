/** The errors of the routes, as their OpenAPI documentation shows them. */
import { ApiProperty, ApiPropertyOptional } from '../../internals/index.js';
import { FOREIGN_PAGE_EXAMPLE, type DocumentedResponse } from '../../http/index.js';
import { FORBIDDEN, NOT_ENABLED, NOT_OF_ACCOUNT, UNAUTHENTICATED } from './cloudflare.errors.js';

class ErrorItemView {
  @ApiProperty({ type: 'integer', example: 12130 })
  code!: number;

  @ApiProperty({ example: 'access.api.error.invalid_request: name is missing' })
  message!: string;

  @ApiPropertyOptional({
    type: Object,
    example: { pointer: '/name' },
    description: 'A JSON pointer to the invalid member.',
  })
  source?: { pointer: string };

  @ApiPropertyOptional({ type: [Object], description: 'Details about an invalid header.' })
  error_chain?: { code: number; message: string }[];
}

class FailureView {
  @ApiProperty({ type: Object, nullable: true, example: null })
  result!: null;

  @ApiProperty({ example: false })
  success!: boolean;

  @ApiProperty({ type: [ErrorItemView] })
  errors!: ErrorItemView[];

  @ApiProperty({ type: [Object], example: [] })
  messages!: unknown[];
}

/** Errors that a route may return in addition to those of all routes. */
export type DocumentedRefusal =
  | 'invalid'
  | 'rejected'
  | 'no_token'
  | 'no_account'
  | 'not_found'
  | 'not_enabled'
  | 'not_of_account'
  | 'in_use'
  | 'conflict'
  | 'too_many';

const INVALID = {
  code: 12130,
  message: 'access.api.error.invalid_request: name is missing',
  source: { pointer: '/name' },
};
const TOO_LARGE = {
  code: 12130,
  message:
    'access.api.error.invalid_request: the request body is larger than 65536 bytes (setting BODY_MAX_BYTES): send less in one request',
};
const TOO_SLOW = {
  code: 12130,
  message:
    'access.api.error.invalid_request: the request body took longer than 15 seconds to arrive (setting BODY_TIMEOUT_SECONDS): send it without pauses',
};
const UNROUTABLE = {
  code: 7003,
  message: 'Could not route to /client/v4/accounts/x, perhaps your object identifier is invalid?',
};
const NO_TOKEN = { code: 12135, message: 'access.api.error.not_found' };
const IN_USE = {
  code: 12139,
  message: 'access.api.error.in_use: 2 applications have this policy; take it out of them first',
};
const REJECTED = {
  code: 12130,
  message:
    'access.api.error.invalid_request: can not change reusable policies through this endpoint: change the policy itself, ' +
    'or the list of policies of the application',
};
const CONFLICT = {
  code: 12132,
  message: 'access.api.error.conflict: the token was changed concurrently; read it and try again',
};
const TOO_MANY = {
  code: 971,
  message:
    'You have 20 long lists or exports open, the limit for one user (setting LONG_LISTS_PER_USER); ' +
    'read one to its end or close it, then try again',
};
const FOREIGN_PAGE = { code: 10502, message: FOREIGN_PAGE_EXAMPLE };
const INTERNAL = { code: 10500, message: 'internal error; the server log has the details' };
const UNAVAILABLE = { code: 10503, message: 'the database is unavailable; try again' };

/** What each of these errors looks like. */
export const REFUSALS: Record<DocumentedRefusal, readonly DocumentedResponse[]> = {
  invalid: [
    refusal(400, 'Invalid parameter. Nothing was changed.', INVALID),
    refusal(408, 'The body did not arrive in time: 15 seconds by default.', TOO_SLOW),
    refusal(413, 'The body is larger than the server accepts: 64 KiB by default.', TOO_LARGE),
  ],
  no_token: [refusal(404, 'No such token in this account.', NO_TOKEN), refusal(404, 'No such account.', UNROUTABLE)],
  rejected: [refusal(400, 'Not possible for this object. Nothing was changed.', REJECTED)],
  no_account: [refusal(404, 'No such account, zone or member.', UNROUTABLE)],
  not_found: [
    refusal(404, 'No such application or policy in this account.', NO_TOKEN),
    refusal(404, 'No such account or zone.', UNROUTABLE),
  ],
  not_enabled: [
    refusal(404, 'The account has no organization.', NOT_ENABLED.item),
    refusal(404, 'No such account or zone.', UNROUTABLE),
  ],
  not_of_account: [refusal(401, 'The token belongs to a user.', NOT_OF_ACCOUNT.item)],
  in_use: [refusal(400, 'A policy or an application refers to it. Nothing was changed.', IN_USE)],
  too_many: [
    refusal(
      429,
      'The caller has too many long lists or searches under way, or too many requests with wrong credentials came from their network; `Retry-After` says how many seconds to wait.',
      TOO_MANY,
    ),
  ],
  conflict: [refusal(409, 'Name already in use, or changed concurrently.', CONFLICT)],
};

const { missing, malformedBearer, malformedKey, unknownKey } = UNAUTHENTICATED;

/** Errors of every route, but for the one of an invalid token. */
export const ALWAYS: readonly DocumentedResponse[] = [
  refusal(400, 'No credentials.', missing.item),
  refusal(400, 'Malformed Authorization header.', malformedBearer.item),
  refusal(400, 'Malformed X-Auth-Key header.', malformedKey.item),
  refusal(403, 'E-mail address and key do not belong together.', unknownKey.item),
  refusal(403, 'Not permitted in this account.', FORBIDDEN.item),
  refusal(403, 'For anything but GET: a web page of another site made a browser send the request.', FOREIGN_PAGE),
  refusal(500, 'Internal server error.', INTERNAL),
  refusal(503, 'The database is unavailable; `Retry-After` says how many seconds to wait.', UNAVAILABLE),
];

/** The documentation of one error. */
export function refusal(status: number, description: string, item: object): DocumentedResponse {
  const example = { result: null, success: false, errors: [item], messages: [] };
  return { status, description, type: FailureView, example };
}
