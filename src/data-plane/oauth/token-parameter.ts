/** Reads the parameters of both endpoints (RFC 7662 §2.1, RFC 7009 §2.1). */
import type { Request } from 'express';
import { ApiProperty, ApiPropertyOptional } from '../../internals/index.js';
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

  @ApiPropertyOptional({
    description:
      'The account that the token belongs to. Needed for a code that is unique in an account only, if the caller does ' +
      'not belong to the account, or belongs to several that have such a code.',
    example: '023e105f4ecef8ad9ca31a8372d0c353',
  })
  account?: string;
}

/** The token to look up. */
export interface TokenParameter {
  /** `undefined` if the text cannot be a secret of this server's own making. */
  readonly secret: Secret | undefined;
  /** The text as it is, which people may have chosen. */
  readonly code: Secret;
  readonly account: string | undefined;
}

const ACCOUNT_ID = /^[0-9a-f]{32}$/;
const FORM = 'application/x-www-form-urlencoded';

/** @throws OAuthError `invalid_request`; BodyError, InputError */
export function tokenParameter(request: Request, forms: CredentialForms): TokenParameter {
  if (!request.is(FORM)) throw new OAuthError('invalid_request', `send the parameters as ${FORM}`);
  const members = formMembers(request);
  if (members.has('client_secret')) {
    throw new OAuthError('invalid_request', 'send the credentials of the caller in the Authorization header only');
  }
  const token = members.get('token') ?? '';
  if (token === '') throw new OAuthError('invalid_request', 'token is missing');
  const account = members.get('account') ?? '';
  if (account !== '' && !ACCOUNT_ID.test(account)) {
    throw new OAuthError('invalid_request', 'account must be the id of an account: 32 lower-case hex characters');
  }
  const code = new Secret(token);
  return { secret: forms.canBeSecret(token) ? code : undefined, code, account: account === '' ? undefined : account };
}
