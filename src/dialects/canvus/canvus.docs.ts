/** The dialect's OpenAPI document: what it is called, how to authenticate, and what every answer looks like. */
import type { Type } from '@nestjs/common';
import { ApiProperty, DocumentBuilder, type OpenAPIObject } from '@nestjs/swagger';
import { documentedRoute, exampleOf, type DocumentedResponse } from '../../http/index.js';
import * as messages from './canvus.messages.js';
import { AccessTokenView, UserView } from './canvus.views.js';

/** Name of the security scheme, and of the header. */
export const SECURITY_SCHEME = 'Private-Token';

/** What stands for ids in paths. */
export const PATH_PARAMETERS = {
  id: {
    type: 'integer',
    description: 'Id of the user; the first administrator has 1000.',
    example: exampleOf(UserView).id,
  },
  tokenId: {
    description: 'The `id` of the access token, 80 characters; not the token itself.',
    example: exampleOf(AccessTokenView).id,
  },
} as const;

class ErrorView {
  @ApiProperty({ description: 'What is wrong.', example: messages.PERMISSION_DENIED })
  msg!: string;
}

class UnauthorizedView {
  @ApiProperty({ example: '401 Unauthorized' })
  message!: string;
}

/** Statuses that a route may answer beside 200 and those that all have. */
export type DocumentedError = 400 | 403 | 404 | 409 | 413 | 429;

const ERRORS: Record<DocumentedError, { description: string; example: string }> = {
  400: {
    description: 'A path or body that cannot be used; nothing was changed.',
    example: 'description parameter is missing',
  },
  403: { description: 'Not permitted, or the caller is blocked.', example: messages.PERMISSION_DENIED },
  404: { description: 'No such user or token.', example: messages.TOKEN_NOT_FOUND },
  409: {
    description: 'In use, or changed by somebody else at the same time.',
    example: 'E-mail address alice@example.com is already in use',
  },
  413: { description: 'The body is larger than 256 KiB.', example: 'the request body is larger than 262144 bytes' },
  429: {
    description: 'Too many failed logins; `Retry-After` says how many seconds to wait.',
    example: 'Too many failed logins; try again in 90 seconds',
  },
};

const LOGIN_FAILED = { description: 'Not accepted.', example: 'Invalid username or password.' };

const INTERNAL = { description: 'A fault of the server.', example: messages.INTERNAL };

const UNAVAILABLE = {
  description: 'The database cannot serve now; `Retry-After` says how many seconds to wait.',
  example: 'the database cannot serve at the moment; try again',
};

export interface RouteDocs {
  summary: string;
  description?: string;
  body?: Type;
  /** Bodies to send as they are, by what they do. */
  examples?: Record<string, object>;
  answer: DocumentedResponse['type'];
  isArray?: boolean;
  /** Headers of the success, and what they say. */
  headers?: DocumentedResponse['headers'];
  /** Of the success; made from the members unless given. */
  example?: string | object;
  errors?: DocumentedError[];
  /** Answers without a token. */
  isPublic?: boolean;
  /** Answers 401 when what it checks is wrong. */
  checksLogin?: boolean;
}

/** Documents a route; every success is a 200 (contract §2.3). */
export function Documented(docs: RouteDocs): MethodDecorator {
  const { answer, isArray = false, headers, example, errors = [], isPublic, checksLogin, ...route } = docs;
  const answers: DocumentedResponse[] = errors.map((status) => errorResponse(status, ERRORS[status]));
  if (docs.body) answers.push(errorResponse(413, ERRORS[413]));
  if (checksLogin) answers.push(errorResponse(401, LOGIN_FAILED));
  if (!isPublic) answers.push({ status: 401, type: UnauthorizedView, description: 'No valid Private-Token.' });
  answers.push(errorResponse(500, INTERNAL), errorResponse(503, UNAVAILABLE));
  const success = { status: 200, description: 'Done.', type: answer, isArray, headers, example };
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
  return new DocumentBuilder()
    .setTitle('Latchkey: Canvus')
    .setDescription('Users, logins and access tokens in the form of the Canvus Server REST API.')
    .setVersion('1.2')
    .addApiKey(
      {
        type: 'apiKey',
        in: 'header',
        name: SECURITY_SCHEME,
        description: 'An access token or a login token, 43 characters.',
      },
      SECURITY_SCHEME,
    )
    .build();
}
