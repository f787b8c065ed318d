/** The introspection response (RFC 7662 §2.2). */
import { ApiProperty, ApiPropertyOptional } from '../../internals/index.js';
import { shownIdOf, type Acceptance, type CredentialForms } from '../../core/index.js';
import { IDENTITY_HEADERS } from '../identity-headers.js';

/** If `active` is `false`, there are no other members: nothing is disclosed of invalid or hidden tokens. */
export class IntrospectionView {
  @ApiProperty({ example: true })
  active!: boolean;

  @ApiPropertyOptional({
    example: '88bf3b6d86161464f6509f7219099e57',
    description: 'The public part of the credential, if it has one.',
  })
  client_id?: string;

  @ApiPropertyOptional({
    format: 'email',
    description:
      'The e-mail address of the user it acts for: a label for people, which can change and go to somebody else. Do not ' +
      'decide by it; `sub` is who it is.',
  })
  username?: string;

  @ApiPropertyOptional({
    example: IDENTITY_HEADERS['Latchkey-Token-Id'].example,
    description:
      'The identity: the id of the user, which never changes and is never given to anybody else; for a token without a ' +
      'user, the id of the token.',
  })
  sub?: string;

  @ApiPropertyOptional({ description: '`Bearer`, for tokens of users.' })
  token_type?: string;

  @ApiPropertyOptional({
    type: 'integer',
    example: 1_790_000_000,
    description: 'Expiry in seconds since 1970, rounded down.',
  })
  exp?: number;

  @ApiPropertyOptional({ type: 'integer', example: 1_758_464_000, description: 'Issue in seconds since 1970.' })
  iat?: number;

  @ApiPropertyOptional({
    format: 'uuid',
    example: IDENTITY_HEADERS['Latchkey-Token-Id'].example,
    description: 'The id of the token.',
  })
  jti?: string;

  @ApiPropertyOptional({
    example: IDENTITY_HEADERS['Latchkey-Scopes'].example,
    description: 'The scopes that the token holds, with a space between them. Absent for tokens without scopes.',
  })
  scope?: string;

  /** {@link describeIntrospection} adds the possible values. */
  @ApiPropertyOptional()
  kind?: string;

  @ApiPropertyOptional({ example: 'CI/CD token' })
  name?: string;

  @ApiPropertyOptional({
    example: IDENTITY_HEADERS['Latchkey-Account-Id'].example,
    description: 'The account it belongs to.',
  })
  account?: string;

  @ApiPropertyOptional({ enum: ['current', 'previous'], description: 'Which secret of the token was sent.' })
  matched_secret?: string;
}

export const INACTIVE: IntrospectionView = { active: false };

export function introspectionView(
  { token, owner, scopes, matched }: Acceptance,
  forms: CredentialForms,
): IntrospectionView {
  return {
    active: true,
    ...forms.ofKind(token.kind)?.introspection?.(token),
    ...(owner && { username: owner.email, token_type: 'Bearer' }),
    sub: owner ? shownIdOf(owner) : token.id,
    ...(token.expiresAt && { exp: seconds(token.expiresAt) }),
    iat: seconds(token.createdAt),
    jti: token.id,
    ...(scopes.length > 0 && { scope: scopes.join(' ') }),
    kind: token.kind,
    name: token.label,
    ...(token.accountId !== null && { account: token.accountId }),
    matched_secret: matched,
  };
}

function seconds(moment: Date): number {
  return Math.floor(moment.getTime() / 1000);
}
