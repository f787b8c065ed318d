/** The OpenAPI document of the API: its security schemes, and the answers of its routes. */
import type { OpenAPIObject } from '@nestjs/swagger';
import { ApiProperty, ApiPropertyOptional } from '../../internals/index.js';
import { documentedRoute, type DocumentedResponse, type DocumentedRoute } from '../../http/index.js';
import { PROBLEM_JSON } from './latchkey.errors.js';
import { introducedApi } from './latchkey.introduction.js';
import { PROBLEMS, problemUri, type ProblemType } from './latchkey.problems.js';

/** The id of the account that the examples name. */
export const EXAMPLE_ACCOUNT_ID = '023e105f4ecef8ad9ca31a8372d0c353';

/** The id of the token that the examples name. */
export const EXAMPLE_TOKEN_ID = '0199a2b3-c4d5-4e6f-8a7b-9c0d1e2f3a4b';

/** The parameters in paths. */
export const PATH_PARAMETERS = {
  accountId: { description: 'Id of the account.', example: EXAMPLE_ACCOUNT_ID },
  userId: { description: 'Id of the user.', example: '1000' },
  loginId: { description: 'Id of the login.', example: EXAMPLE_TOKEN_ID },
  tokenId: { description: 'Id of the token; not the token itself.', example: EXAMPLE_TOKEN_ID },
} as const;

const TOKEN = 'A personal token or a login token.';

/** By their names in the document, in the order in which it offers them. */
export const SECURITY_SCHEMES = {
  Bearer: { type: 'http', scheme: 'bearer', description: TOKEN },
  'Private-Token': { type: 'apiKey', in: 'header', name: 'Private-Token', description: TOKEN },
  Console: {
    type: 'apiKey',
    in: 'cookie',
    name: 'latchkey_console',
    description: 'A login of the console. Writes need the header `Latchkey-CSRF`, too.',
  },
} as const;

class FaultView {
  @ApiPropertyOptional({ example: '#/name', description: 'The member of the body, as a JSON pointer.' })
  pointer?: string;

  @ApiPropertyOptional({ description: 'The parameter of the query.' })
  parameter?: string;

  @ApiProperty({ example: 'name must be 1 to 350 characters long' })
  detail!: string;
}

/** A problem of RFC 9457. */
class ProblemView {
  @ApiProperty({ enum: Object.keys(PROBLEMS).map((type) => problemUri(type as ProblemType)) })
  type!: string;

  @ApiProperty({ description: 'The same for every problem of the type.' })
  title!: string;

  @ApiProperty({ type: 'integer', description: 'The HTTP status.' })
  status!: number;

  @ApiProperty({ description: 'What is wrong and what to do.' })
  detail!: string;

  @ApiProperty({ description: 'The path of the request.' })
  instance!: string;

  @ApiProperty({ type: String, nullable: true, description: 'The id of the request, as in the log.' })
  request_id!: string | null;

  @ApiPropertyOptional({ type: [FaultView], description: 'What in the request is wrong.' })
  errors?: FaultView[];

  @ApiPropertyOptional({ type: 'integer', description: 'Seconds to wait, as in `Retry-After`.' })
  retry_after?: number;
}

const EXAMPLES: Readonly<Record<ProblemType, string>> = {
  'invalid-request': 'name must be 1 to 350 characters long',
  unauthenticated: 'this needs a token as Authorization: Bearer',
  forbidden: 'only administrators of the account may do this',
  'not-found': 'there is no such token, or you may not see it',
  'method-not-allowed': 'this method is not allowed here; allowed: GET',
  'request-timeout': 'the request body took longer than 15 seconds to arrive',
  conflict: 'the token was changed concurrently; read it and try again',
  'quota-exceeded': 'maximum number of tokens has been reached',
  gone: 'the cursor is of another version of this server; begin with the first page again',
  'too-large': 'the request body is larger than 65536 bytes',
  'unsupported-media-type': 'the body must be JSON: send Content-Type: application/json (curl does so with --json)',
  'idempotency-key-reused': 'the Idempotency-Key was used for another request; use a new one for each',
  'too-many-requests': 'Too many failed logins; try again in 90 seconds',
  internal: 'an unexpected error; the log of the server has it under the id of this request',
  unavailable: 'the database is unavailable; try again',
};

/** What routes can be refused with, in addition to what every route can. */
export type DocumentedProblem = Exclude<ProblemType, 'internal' | 'unavailable' | 'method-not-allowed'>;

export interface RouteDocs extends Pick<
  DocumentedRoute,
  'operationId' | 'summary' | 'description' | 'body' | 'examples' | 'bodyOptional' | 'isPublic'
> {
  /** What the success returns. */
  readonly returns: string;
  /** `null` for 204. */
  readonly answer: DocumentedResponse['type'];
  /** Default: 200, or 204 without an answer. */
  readonly status?: 200 | 201 | 302;
  /** Headers of the success and their descriptions. */
  readonly headers?: DocumentedResponse['headers'];
  /** Example of the success. Default: built from the examples of the members. */
  readonly example?: string | object;
  readonly problems?: readonly DocumentedProblem[];
}

const OF_BODIES: readonly ProblemType[] = [
  'invalid-request',
  'forbidden',
  'request-timeout',
  'too-large',
  'unsupported-media-type',
];

/** Documents a route. */
export function Documented(docs: RouteDocs): MethodDecorator {
  const { returns, answer, status = answer === null ? 204 : 200, headers, example, problems = [], ...route } = docs;
  const all = new Set<ProblemType>([
    // An unknown parameter.
    'invalid-request',
    ...problems,
    ...(docs.body ? OF_BODIES : []),
    ...(docs.isPublic === true ? [] : (['unauthenticated', 'forbidden'] as const)),
    'internal',
    'unavailable',
  ]);
  const success = { status, description: returns, type: answer, headers, example };
  return documentedRoute({ ...route, responses: [success, ...[...all].map(documentedProblem)] });
}

function documentedProblem(type: ProblemType): DocumentedResponse {
  const { status, title } = PROBLEMS[type];
  const detail = EXAMPLES[type];
  const ids = { instance: '/latchkey/v1/tokens', request_id: '8c1f0f5e-6d2b-4a3c-9e7d-5b4a3c2d1e0f' };
  const example = { type: problemUri(type), title, status, detail, ...ids };
  return { status, type: ProblemView, mediaType: PROBLEM_JSON, description: `${title}.`, example };
}

/** The document without its paths. */
export function latchkeyDocument(): Omit<OpenAPIObject, 'paths'> {
  const builder = introducedApi();
  for (const [name, scheme] of Object.entries(SECURITY_SCHEMES)) builder.addSecurity(name, scheme);
  return builder.build();
}
