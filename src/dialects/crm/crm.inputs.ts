/** Request bodies, for the documentation; {@link Parameters} reads them. */
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

export class LoginInput {
  @ApiProperty({ format: 'email', example: 'admin@example.com', description: 'The user’s e-mail address.' })
  username!: string;

  @ApiProperty({ example: 'correct horse' })
  password!: string;

  @ApiProperty({ example: 'Latchkey', description: 'Name of the organisation (account).' })
  organisation!: string;

  @ApiPropertyOptional({ example: '1', description: 'The organisation’s only unit, `1`.' })
  unit?: string;
}

export class TokenInput {
  @ApiProperty({ example: '1F0E7C5A9B3D4E6F8A1B2C3D4E5F6071', description: 'From `authentication/token`.' })
  token!: string;
}

export class FieldsSetInput extends TokenInput {
  @ApiPropertyOptional({
    example: 'number,identifier',
    description: 'Fields to return, separated by commas; all by default.',
  })
  fields_set?: string;
}

class AccessTokenIdentifierInput {
  @ApiPropertyOptional({ example: 'AC-1', description: 'Either this alone,' })
  authentication_code?: string;

  @ApiPropertyOptional({ example: 'jane@example.com', description: 'or this with `pass_code`.' })
  identifier?: string;

  @ApiPropertyOptional({ example: '12345' })
  pass_code?: string;
}

export class NamedInput extends FieldsSetInput {
  @ApiProperty()
  access_token_identifier!: AccessTokenIdentifierInput;
}

export class ListInput extends FieldsSetInput {
  @ApiProperty({ type: 'integer', minimum: 1, example: 10, description: 'How many tokens to return at the most.' })
  number!: number;

  @ApiPropertyOptional({ enum: ['EFFECTIVE', 'NOT_EFFECTIVE', 'PENDING_VERIFICATION'] })
  life_cycle_state?: string;
}

export class CreateInput extends FieldsSetInput {
  @ApiPropertyOptional({ example: 'AC-1', description: 'Unique in the organisation; generated when missing.' })
  authentication_code?: string;

  @ApiPropertyOptional({
    example: 'jane@example.com',
    description: 'Unique in the organisation; mandatory unless tokens may have none.',
  })
  identifier?: string;

  @ApiPropertyOptional({ example: '12345', description: 'Mandatory with an identifier. At most 72 bytes.' })
  pass_code?: string;
}

export class UpdateInput extends NamedInput {
  @ApiPropertyOptional({ type: String, nullable: true, example: 'AC-2', description: '`null` generates a new one.' })
  authentication_code?: string | null;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    description: 'Only with `pass_code`; `null` clears it, where tokens may have none.',
  })
  identifier?: string | null;

  @ApiPropertyOptional({ type: String, nullable: true })
  pass_code?: string | null;
}

export class ResetPassCodeInput extends FieldsSetInput {
  @ApiPropertyOptional({ example: 'AC-1', description: 'Either this,' })
  authentication_code?: string;

  @ApiPropertyOptional({ description: 'or this.' })
  identifier?: string;
}
