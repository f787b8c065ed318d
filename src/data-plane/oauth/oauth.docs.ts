/** The data plane's OpenAPI document. */
import type { Type } from '@nestjs/common';
import { ApiProperty, DocumentBuilder, type OpenAPIObject } from '@nestjs/swagger';
import { applyDecorators } from '@nestjs/common';
import { ApiSecurity } from '@nestjs/swagger';
import { documentedRoute, type DocumentedAnswer } from '../../http/index.js';
import { TokenInput } from './token-parameter.js';

const BASIC = 'Service token';
const BEARER = 'Token of a user';

/** The body of answers that have nothing to show. */
// eslint-disable-next-line @typescript-eslint/no-extraneous-class -- `{}` needs a name in the documentation
export class EmptyView {}

class OAuthErrorView {
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
    ApiSecurity(BASIC),
    ApiSecurity(BEARER),
  );
}

/** The document without its paths. */
export function dataPlaneDocument(): Omit<OpenAPIObject, 'paths'> {
  return new DocumentBuilder()
    .setTitle('Latchkey: data plane')
    .setDescription('Checking credentials: introspection and revocation.')
    .setVersion('1')
    .addBasicAuth({ type: 'http', scheme: 'basic', description: 'Client id and client secret.' }, BASIC)
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'A personal token or a login token.' }, BEARER)
    .build();
}
