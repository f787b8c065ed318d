/** The bodies of logins and of changes of one's own password. */
import { IsOptional } from 'class-validator';
import { ApiProperty, ApiPropertyOptional } from '../../../internals/index.js';
import { IsText } from '../../../http/index.js';
import { EMAIL_MAX } from '../../../identity/index.js';
import { Problem } from '../latchkey.problems.js';

/** Far above the limit of a password, which the hashing service checks in bytes. */
const PASSWORD_MAX = 1000;
const TOKEN_MAX = 200;

export class NewSessionInput {
  @ApiPropertyOptional({ type: String, maxLength: EMAIL_MAX, example: 'admin@example.com' })
  @IsOptional()
  @IsText({ min: 1, max: EMAIL_MAX })
  email?: string | null;

  @ApiPropertyOptional({ type: String, maxLength: PASSWORD_MAX, example: 'correct horse' })
  @IsOptional()
  @IsText({ min: 1, max: PASSWORD_MAX })
  password?: string | null;

  @ApiPropertyOptional({
    type: String,
    maxLength: TOKEN_MAX,
    description: 'A personal token or a login token, instead of address and password. It stays valid.',
  })
  @IsOptional()
  @IsText({ min: 1, max: TOKEN_MAX })
  token?: string | null;
}

/** With what somebody logs in. */
export type Presented = { readonly token: string } | { readonly email: string; readonly password: string };

/** @throws Problem */
export function presentedIn(input: NewSessionInput): Presented {
  const { email = null, password = null, token = null } = input;
  if (token !== null && email === null && password === null) return { token };
  if (token === null && email !== null && password !== null) return { email, password };
  throw new Problem('invalid-request', 'give email and password, or token alone');
}

export class PasswordChangeInput {
  @ApiProperty({ maxLength: PASSWORD_MAX, example: 'correct horse' })
  @IsText({ min: 1, max: PASSWORD_MAX })
  current_password!: string;

  @ApiProperty({
    maxLength: PASSWORD_MAX,
    example: 'battery staple',
    description: 'At least 8 characters by default, at most 72 bytes.',
  })
  @IsText({ min: 1, max: PASSWORD_MAX })
  new_password!: string;
}
