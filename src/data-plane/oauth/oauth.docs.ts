/** Documents the two OAuth endpoints. */
import { applyDecorators, type Type } from '@nestjs/common';
import { ApiProperty, ApiSecurity } from '@nestjs/swagger';
import { documentedRoute, type DocumentedAnswer } from '../../http/index.js';
import { SCHEMES } from '../security-schemes.js';
import { TokenInput } from './token-parameter.js';

/** The body of answers that have nothing to show. */
// eslint-disable-next-line @typescript-eslint/no-extraneous-class -- `{}` needs a name in the documentation
export class EmptyView {}

/** What every refusal of the data plane looks like. */
export class OAuthErrorView {
  @ApiProperty({ example: 'invalid_client' })
  error!: string;

  @ApiProperty({ example: 'the service token is not accepted' })
  error_description!: string;
}

const ERRORS = {
  400: 'The request cannot be understood; the description says why.',
  401: 'The caller is not known: give a service token by HTTP Basic, or a token of a user as Bearer.',
  413: 'The body is larger than 256 KiB.',
  500: 'A fault of the server.',
  503: 'The database cannot serve now; `Retry-After` says how many seconds to wait.',
};

const REFUSED = `${ERRORS[400]} Or the caller may see the token, but not revoke it: \`unauthorized_client\`.`;

export function DocumentedOAuth(docs: {
  summary: string;
  description: string;
  answer: Type;
  mayRefuse?: boolean;
}): MethodDecorator {
  const { summary, description, answer, mayRefuse = false } = docs;
  const errors = Object.entries({ ...ERRORS, ...(mayRefuse && { 400: REFUSED }) }).map(
    ([status, words]): DocumentedAnswer => ({ status: Number(status), description: words, type: OAuthErrorView }),
  );
  return applyDecorators(
    documentedRoute({
      summary,
      description,
      body: TokenInput,
      answers: [{ status: 200, description: 'Done.', type: answer }, ...errors],
    }),
    ApiSecurity(SCHEMES.basic),
    ApiSecurity(SCHEMES.bearer),
  );
}
