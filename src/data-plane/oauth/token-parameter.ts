/** Reads the parameters of both endpoints (RFC 7662 §2.1, RFC 7009 §2.1). */
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { Request } from 'express';
import { Secret, type CredentialForms } from '../../core/index.js';
import { formMembers } from '../../http/index.js';
import { OAuthError } from './oauth.errors.js';

/** The parameters, for OpenAPI. */
export class TokenInput {
  /** {@link describeIntrospection} adds an example. */
  @ApiProperty({ description: 'The token: its secret as shown when it was issued.' })
  token!: string;

  @ApiPropertyOptional({ description: 'Accepted but ignored.', example: 'access_token' })
  token_type_hint?: string;
}

const FORM = 'application/x-www-form-urlencoded';

/**
 * The token to look up; `undefined` if the text cannot be one of our tokens.
 * @throws OAuthError `invalid_request`; BodyError, InputError
 */
export function tokenParameter(request: Request, forms: CredentialForms): Secret | undefined {
  if (!request.is(FORM)) throw new OAuthError('invalid_request', `send the parameters as ${FORM}`);
  const members = formMembers(request);
  if (members.has('client_secret')) {
    throw new OAuthError('invalid_request', 'send the credentials of the caller in the Authorization header only');
  }
  const token = members.get('token') ?? '';
  if (token === '') throw new OAuthError('invalid_request', 'token is missing');
  return forms.canBeSecret(token) ? new Secret(token) : undefined;
}
