/** Documents the two OAuth endpoints. */
import { applyDecorators, type Type } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { documentedRoute, type DocumentedResponse } from '../../http/index.js';
import { TokenInput } from './token-parameter.js';

/** What every refusal of the data plane looks like. */
export class OAuthErrorView {
  @ApiProperty({ example: 'invalid_client' })
  error!: string;

  @ApiProperty({ example: 'there is more than one Authorization header' })
  error_description!: string;
}

const ERRORS: readonly DocumentedResponse[] = [
  refusal(400, 'The request cannot be understood; the description says why.', 'invalid_request', 'token is missing'),
  refusal(
    401,
    'The caller is not known: give the credential of a service by HTTP Basic, or a token of a user as Bearer.',
    'invalid_client',
    'there is more than one Authorization header',
  ),
  refusal(413, 'The body is larger than 256 KiB.', 'invalid_request', 'the request body is larger than 262144 bytes'),
  refusal(500, 'A fault of the server.', 'server_error', 'internal error; the server log has the details'),
  refusal(
    503,
    'The database cannot serve now; `Retry-After` says how many seconds to wait.',
    'temporarily_unavailable',
    'the database cannot serve at the moment; try again',
  ),
];

const REFUSED = refusal(
  400,
  'The caller may see the token, but not revoke it.',
  'unauthorized_client',
  'the caller may see this token, but not revoke it',
);

export function DocumentedOAuth(docs: {
  summary: string;
  description: string;
  answer: Type;
  /** Successes, by what they are about; one is made from the members unless given. */
  examples?: Record<string, object>;
  mayRefuse?: boolean;
}): MethodDecorator {
  const { summary, description, answer, examples, mayRefuse = false } = docs;
  const success = { status: 200, description: 'Done.', type: answer, ...(examples && { examples }) };
  return applyDecorators(
    documentedRoute({
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
