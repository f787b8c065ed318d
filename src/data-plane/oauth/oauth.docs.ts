/** Documents the two OAuth endpoints for OpenAPI. */
import { applyDecorators, type Type } from '@nestjs/common';
import { ApiProperty } from '../../internals/index.js';
import { FOREIGN_PAGE_EXAMPLE, documentedRoute, type DocumentedResponse } from '../../http/index.js';
import { TokenInput } from './token-parameter.js';

/** The body of every error of the data plane. */
export class OAuthErrorView {
  @ApiProperty({ example: 'invalid_client' })
  error!: string;

  @ApiProperty({ example: 'there is more than one Authorization header' })
  error_description!: string;
}

const ERRORS: readonly DocumentedResponse[] = [
  refusal(400, 'The request is invalid; the error description says why.', 'invalid_request', 'token is missing'),
  refusal(
    401,
    'The caller is not authenticated. Send the credential of a service by HTTP Basic, or a token of a user as Bearer.',
    'invalid_client',
    'there is more than one Authorization header',
  ),
  refusal(403, 'A web page of another site made a browser send the request.', 'invalid_request', FOREIGN_PAGE_EXAMPLE),
  refusal(
    408,
    'The body did not arrive in time: 15 seconds by default.',
    'invalid_request',
    'the request body took longer than 15 seconds to arrive (setting BODY_TIMEOUT_SECONDS): send it without pauses',
  ),
  refusal(
    413,
    'The body is larger than the server accepts: 64 KiB by default.',
    'invalid_request',
    'the request body is larger than 65536 bytes (setting BODY_MAX_BYTES): send less in one request',
  ),
  refusal(500, 'Internal server error.', 'server_error', 'internal error; the server log has the details'),
  refusal(
    503,
    'The database is unavailable; `Retry-After` says how many seconds to wait.',
    'temporarily_unavailable',
    'the database is unavailable; try again',
  ),
];

const REFUSED = refusal(
  400,
  'The caller may see the token but not revoke it.',
  'unauthorized_client',
  'the caller may see this token, but not revoke it',
);

export function DocumentedOAuth(docs: {
  operationId: string;
  summary: string;
  description: string;
  /** What the success returns. */
  done: string;
  answer: Type;
  /** Examples of the success, by summary. Default: one built from the examples of the members. */
  examples?: Record<string, object>;
  mayRefuse?: boolean;
}): MethodDecorator {
  const { operationId, summary, description, done, answer, examples, mayRefuse = false } = docs;
  const success = { status: 200, description: done, type: answer, ...(examples && { examples }) };
  return applyDecorators(
    documentedRoute({
      operationId,
      summary,
      description,
      body: TokenInput,
      responses: [success, ...(mayRefuse ? [REFUSED] : []), ...ERRORS],
    }),
  );
}

function refusal(status: number, description: string, error: string, reason: string): DocumentedResponse {
  return { status, description, type: OAuthErrorView, example: { error, error_description: reason } };
}
