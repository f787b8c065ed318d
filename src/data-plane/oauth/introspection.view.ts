/** What is told of a token (RFC 7662 §2.2). */
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { Acceptance, CredentialForms } from '../../core/index.js';
import { IDENTITY_HEADERS } from '../identity-headers.js';

/** Only `active` when it is `false`: nothing else is told of a token that is not accepted, or not the caller's to see. */
export class IntrospectionView {
  @ApiProperty({ example: true })
  active!: boolean;

  @ApiPropertyOptional({
    example: '88bf3b6d86161464f6509f7219099e57',
    description: 'The public half of the credential, where it has one.',
  })
  client_id?: string;

  @ApiPropertyOptional({ format: 'email', description: 'The address of the user it acts for.' })
  username?: string;

  @ApiPropertyOptional({
    example: IDENTITY_HEADERS['Latchkey-Token-Id'].example,
    description: 'The id of the user, or of a token that has none.',
  })
  sub?: string;

  @ApiPropertyOptional({ description: '`Bearer`, of a token of a user.' })
  token_type?: string;

  @ApiPropertyOptional({ type: 'integer', example: 1_790_000_000, description: 'Seconds since 1970; rounded down.' })
  exp?: number;

  @ApiPropertyOptional({ type: 'integer', example: 1_758_464_000, description: 'Seconds since 1970.' })
  iat?: number;

  @ApiPropertyOptional({
    format: 'uuid',
    example: IDENTITY_HEADERS['Latchkey-Token-Id'].example,
    description: 'The id of the token.',
  })
  jti?: string;

  /** Which there are is known to {@link describeIntrospection}. */
  @ApiPropertyOptional()
  kind?: string;

  @ApiPropertyOptional({ example: 'CI/CD token' })
  name?: string;

  @ApiPropertyOptional({
    example: IDENTITY_HEADERS['Latchkey-Account-Id'].example,
    description: 'The account it belongs to.',
  })
  account?: string;

  @ApiPropertyOptional({ enum: ['current', 'previous'], description: 'Which secret of the token was given.' })
  matched_secret?: string;
}

export const INACTIVE: IntrospectionView = { active: false };

export function introspectionView({ token, owner, matched }: Acceptance, forms: CredentialForms): IntrospectionView {
  return {
    active: true,
    ...forms.ofKind(token.kind)?.introspection?.(token),
    ...(owner && { username: owner.email, token_type: 'Bearer' }),
    sub: owner ? String(owner.id) : token.id,
    ...(token.expiresAt && { exp: seconds(token.expiresAt) }),
    iat: seconds(token.createdAt),
    jti: token.id,
    kind: token.kind,
    name: token.label,
    ...(token.accountId !== null && { account: token.accountId }),
    matched_secret: matched,
  };
}

function seconds(moment: Date): number {
  return Math.floor(moment.getTime() / 1000);
}
