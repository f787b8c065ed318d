/** The OpenAPI document of the dialect: its title, security schemes, and the responses of its routes. */
import { applyDecorators, type Type } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import { ApiProperty, ApiPropertyOptional, ApiQuery } from '../../internals/index.js';
import {
  FOREIGN_PAGE_EXAMPLE,
  documentedRoute,
  exampleOf,
  optionalExamples,
  type DocumentedResponse,
  type DocumentedRoute,
} from '../../http/index.js';
import { introducedApi } from './cloudflare.introduction.js';
import { FORBIDDEN, NOT_ENABLED, NOT_OF_ACCOUNT, UNAUTHENTICATED } from './cloudflare.errors.js';
import { AccountView, MemberView, ServiceTokenView } from './cloudflare.views.js';
import { envelopeOf } from './envelope.js';

/** Names of the security schemes: a Bearer token, or e-mail address and key together. */
export const BEARER_SCHEME = 'Bearer';
export const EMAIL_SCHEME = 'X-Auth-Email';
export const KEY_SCHEME = 'X-Auth-Key';

/** The account of the examples. */
export const EXAMPLE_ACCOUNT_ID = exampleOf(AccountView).id;

/** The path parameters. */
export const PATH_PARAMETERS = {
  accountId: {
    description: 'The `id` of the account, 32 lower-case hex characters.',
    example: EXAMPLE_ACCOUNT_ID,
  },
  memberId: {
    description: 'The `id` of the membership, 32 hex characters; not that of the user.',
    example: exampleOf(MemberView).id,
  },
  tokenId: {
    description: 'The `id` of the service token, a UUID; not its `client_id`.',
    example: exampleOf(ServiceTokenView).id,
  },
  applicationId: {
    description: 'The `id` of the application, a UUID; not its `aud`.',
    example: 'b7d1c8a2-0c5e-4a39-8f3e-5a9b6d1e2c47',
  },
  policyId: {
    description: 'The `id` of the policy, a UUID.',
    example: 'f1a8b3c9-b4c2-4c4f-9c3a-8d1f0e2b6a57',
  },
  zoneId: {
    description: 'The `id` of the zone, 32 lower-case hex characters. It stands for the account that it belongs to.',
    example: '353bd5d1a7c0d8b6d0a3f3c86aab0b65',
  },
};

/** Documents the parameters that select a page of a list. */
export function PageParameters(): MethodDecorator {
  return applyDecorators(
    ApiQuery({
      name: 'page',
      required: false,
      type: 'integer',
      example: 1,
      description: 'Page number, from 1. Beyond the last page the list is empty.',
    }),
    ApiQuery({
      name: 'per_page',
      required: false,
      type: 'integer',
      example: 100,
      description: 'Page size, 1 to 1000. Default: everything on one page.',
    }),
  );
}

/** Documents the parameter that selects items by their exact name. */
export function NameParameter(example: string): MethodDecorator {
  return ApiQuery({
    name: 'name',
    required: false,
    type: String,
    examples: optionalExamples({ name: example }),
    description: 'Only items with exactly this name.',
  });
}

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
    'You are reading 20 long lists or exports, as many as one user may at the same time (setting LONG_LISTS_PER_USER); ' +
    'read one to its end or close it, then try again',
};
const FOREIGN_PAGE = { code: 10502, message: FOREIGN_PAGE_EXAMPLE };
const INTERNAL = { code: 10500, message: 'internal error; the server log has the details' };
const UNAVAILABLE = { code: 10503, message: 'the database cannot serve at the moment; try again' };

const REFUSALS: Record<DocumentedRefusal, readonly DocumentedResponse[]> = {
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

const { missing, malformedBearer, malformedKey, unknownKey, unknownToken, invalidToken } = UNAUTHENTICATED;

const ALWAYS: readonly DocumentedResponse[] = [
  refusal(400, 'No credentials.', missing.item),
  refusal(400, 'Malformed Authorization header.', malformedBearer.item),
  refusal(400, 'Malformed X-Auth-Key header.', malformedKey.item),
  refusal(403, 'E-mail address and key do not belong together.', unknownKey.item),
  refusal(403, 'Not permitted in this account.', FORBIDDEN.item),
  refusal(403, 'For anything but GET: a web page of another site made a browser send the request.', FOREIGN_PAGE),
  refusal(500, 'Internal server error.', INTERNAL),
  refusal(503, 'The database is unavailable; `Retry-After` says how many seconds to wait.', UNAVAILABLE),
];

export interface RouteDocs extends Pick<
  DocumentedRoute,
  'summary' | 'description' | 'body' | 'examples' | 'bodyOptional'
> {
  /** What the success returns. */
  returns: string;
  /** The result within the envelope. */
  result: Type;
  isList?: boolean;
  /** Messages in the envelope of the success, next to the result. */
  messages?: readonly object[];
  /** Status of the success. Default: 200. */
  status?: number;
  refusals?: DocumentedRefusal[];
  /** Whether an invalid token gets the error code of `user/tokens/verify`. */
  verifies?: boolean;
}

/** Documents a route, with its result in the success envelope. */
export function Documented(docs: RouteDocs): MethodDecorator {
  const { returns, result, isList = false, messages = [], status = 200, ...rest } = docs;
  const { refusals = [], verifies = false, ...route } = rest;
  const type = envelopeOf(result, isList);
  const success = { status, description: returns, type, example: { ...exampleOf(type), messages } };
  const own = refusals.flatMap((name) => REFUSALS[name]);
  const notAccepted = refusal(401, 'Invalid token.', (verifies ? invalidToken : unknownToken).item);
  return documentedRoute({ ...route, responses: [success, ...own, notAccepted, ...ALWAYS] });
}

function refusal(status: number, description: string, item: object): DocumentedResponse {
  const example = { result: null, success: false, errors: [item], messages: [] };
  return { status, description, type: FailureView, example };
}

/** The document without its paths. */
export function cloudflareDocument(): Omit<OpenAPIObject, 'paths'> {
  return introducedApi()
    .addSecurity(BEARER_SCHEME, {
      type: 'http',
      scheme: 'bearer',
      description: 'Use this one: paste the access token that the first start printed, or any personal or login token.',
    })
    .addSecurity(EMAIL_SCHEME, {
      type: 'apiKey',
      in: 'header',
      name: EMAIL_SCHEME,
      description: 'The older form, together with `X-Auth-Key`: e-mail address of the user.',
    })
    .addSecurity(KEY_SCHEME, {
      type: 'apiKey',
      in: 'header',
      name: KEY_SCHEME,
      description: 'The older form, together with `X-Auth-Email`: a personal token of that user.',
    })
    .build();
}
