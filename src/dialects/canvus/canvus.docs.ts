/** The OpenAPI document of the dialect: its title, security scheme, and the responses of its routes. */
import type { OpenAPIObject } from '@nestjs/swagger';
import { ApiProperty } from '../../internals/index.js';
import {
  FOREIGN_PAGE_EXAMPLE,
  documentedRoute,
  exampleOf,
  type DocumentedResponse,
  type DocumentedRoute,
} from '../../http/index.js';
import { introducedApi } from './canvus.introduction.js';
import * as messages from './canvus.messages.js';
import { AccessTokenView } from './canvus.views.js';

/** Name of the security scheme, and of the header. */
export const SECURITY_SCHEME = 'Private-Token';

/** The path parameters. */
export const PATH_PARAMETERS = {
  id: {
    type: 'integer',
    description: 'Id of the user; the first administrator has 1000.',
    example: 1000,
  },
  tokenId: {
    description: 'The `id` of the access token, 80 characters; not the token itself.',
    example: exampleOf(AccessTokenView).id,
  },
  groupId: {
    type: 'integer',
    description: 'Id of the group; 1 is the group of all users.',
    example: 1000,
  },
  memberId: {
    type: 'integer',
    description: 'Id of the user who is a member.',
    example: 1001,
  },
} as const;

class ErrorView {
  @ApiProperty({ description: 'The reason for the error.', example: messages.PERMISSION_DENIED })
  msg!: string;
}

class UnauthorizedView {
  @ApiProperty({ example: '401 Unauthorized' })
  message!: string;
}

/** Error statuses that a route may return in addition to those of all routes. */
export type DocumentedError = 400 | 403 | 404 | 408 | 409 | 413 | 429;

const ERRORS: Record<DocumentedError, { description: string; example: string }> = {
  400: {
    description: 'Invalid path or body. Nothing was changed.',
    example: 'description parameter is missing',
  },
  403: { description: 'Not permitted, or the caller is blocked.', example: messages.PERMISSION_DENIED },
  404: { description: 'No such user, token or group.', example: messages.TOKEN_NOT_FOUND },
  408: {
    description: 'The body did not arrive in time: 15 seconds by default.',
    example:
      'the request body took longer than 15 seconds to arrive (setting BODY_TIMEOUT_SECONDS): send it without pauses',
  },
  409: {
    description: 'E-mail address or name already in use, or changed concurrently.',
    example: 'E-mail address alice@example.com is already in use',
  },
  413: {
    description: 'The body is larger than the server accepts: 64 KiB by default.',
    example: 'the request body is larger than 65536 bytes (setting BODY_MAX_BYTES): send less in one request',
  },
  429: {
    description: 'Too many failed logins; `Retry-After` says how many seconds to wait.',
    example: 'Too many failed logins; try again in 90 seconds',
  },
};

const TOO_MANY_AT_ONCE = {
  description: 'The caller has too many streams or long lists open; `Retry-After` says how many seconds to wait.',
  example: '20 streams are open, the limit for one user (setting CANVUS_STREAMS_PER_USER); close one, then try again',
};

const FOREIGN_PAGE = {
  description: 'A web page of another site made a browser send the request.',
  example: FOREIGN_PAGE_EXAMPLE,
};

const LOGIN_FAILED = { description: 'Login refused.', example: 'Invalid username or password.' };

const INTERNAL = { description: 'Internal server error.', example: messages.INTERNAL };

const UNAVAILABLE = {
  description: 'The database is unavailable; `Retry-After` says how many seconds to wait.',
  example: 'the database is unavailable; try again',
};

export interface RouteDocs extends Pick<
  DocumentedRoute,
  'operationId' | 'summary' | 'description' | 'body' | 'examples' | 'isPublic'
> {
  /** What the success returns. */
  returns: string;
  answer: DocumentedResponse['type'];
  isArray?: boolean;
  /** Headers of the success and their descriptions. */
  headers?: DocumentedResponse['headers'];
  /** Example of the success. Default: built from the examples of the members. */
  example?: string | object;
  errors?: DocumentedError[];
  /** Whether the route streams, or lists any number of rows, of which a caller may have only some open. */
  isLimited?: boolean;
  /** Whether the plain answer is public, and a stream is not. */
  streamNeedsToken?: boolean;
  /** Whether the route checks a login and may answer 401. */
  checksLogin?: boolean;
}

/** Documents a route; every success is a 200 (docs/contracts/canvus.md §2.3). */
export function Documented(docs: RouteDocs): MethodDecorator {
  const { returns, answer, isArray = false, headers, example, errors = [], ...more } = docs;
  const { isPublic, isLimited, checksLogin, streamNeedsToken, ...route } = more;
  const answers: DocumentedResponse[] = errors.map((status) => errorResponse(status, ERRORS[status]));
  if (docs.body) answers.push(errorResponse(408, ERRORS[408]), errorResponse(413, ERRORS[413]));
  if (docs.body) answers.push(errorResponse(403, FOREIGN_PAGE));
  if (isLimited) answers.push(errorResponse(429, TOO_MANY_AT_ONCE));
  if (checksLogin) answers.push(errorResponse(401, LOGIN_FAILED));
  if (!isPublic || streamNeedsToken) {
    const description = streamNeedsToken ? 'A stream without a valid Private-Token.' : 'No valid Private-Token.';
    answers.push({ status: 401, type: UnauthorizedView, description });
  }
  answers.push(errorResponse(500, INTERNAL), errorResponse(503, UNAVAILABLE));
  const success = { status: 200, description: returns, type: answer, isArray, headers, example };
  return documentedRoute({ ...route, isPublic, responses: [success, ...answers] });
}

function errorResponse(
  status: number,
  { description, example }: { description: string; example: string },
): DocumentedResponse {
  return { status, type: ErrorView, description, example: { msg: example } };
}

/** The document without its paths. */
export function canvusDocument(): Omit<OpenAPIObject, 'paths'> {
  return introducedApi()
    .addSecurity(SECURITY_SCHEME, {
      type: 'apiKey',
      in: 'header',
      name: SECURITY_SCHEME,
      description: 'Paste the access token that the first start printed, or a login token: 43 characters.',
    })
    .build();
}
