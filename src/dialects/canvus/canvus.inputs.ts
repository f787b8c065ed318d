/** Request bodies. Undeclared members are ignored; for optional members, `null` counts as absent. */
import { IsBoolean, IsOptional, ValidateBy } from 'class-validator';
import { ApiProperty, ApiPropertyOptional } from '../../internals/index.js';
import { IsText, members } from '../../http/index.js';
import { EMAIL_MAX, isEmailAddress, readEmailAddress } from '../../identity/index.js';
import { CanvusError } from './canvus.errors.js';
import { LOGIN_BODY, whenNoString } from './canvus.messages.js';

/** Maximum number of characters of a description. */
const DESCRIPTION_MAX = 1000;
const NAME_MAX = 255;
/** Far above the limit of a password, which the hashing service checks in bytes. */
const PASSWORD_MAX = 1000;

function IsEmailAddress(): PropertyDecorator {
  return ValidateBy({
    name: 'isEmailAddress',
    validator: {
      validate: isEmailAddress,
      defaultMessage: (rule) => {
        if (typeof rule?.value !== 'string') return whenNoString('email', rule?.value);
        const address = readEmailAddress(rule.value);
        return 'flaw' in address ? `email ${address.flaw}` : 'email is not valid';
      },
    },
  });
}

function IsFlag(): PropertyDecorator {
  return IsBoolean({ message: ({ property }) => `${property} must be true or false` });
}

export class AccessTokenInput {
  @ApiProperty({ maxLength: DESCRIPTION_MAX, example: 'Second token', description: 'Description of the token.' })
  @IsText({ max: DESCRIPTION_MAX, whenNoString })
  description!: string;
}

export class NewUserInput {
  @ApiProperty({ format: 'email', maxLength: EMAIL_MAX, example: 'alice@example.com' })
  @IsEmailAddress()
  email!: string;

  @ApiProperty({ minLength: 1, maxLength: NAME_MAX, example: 'Alice' })
  @IsText({ min: 1, max: NAME_MAX, whenNoString })
  name!: string;

  @ApiPropertyOptional({
    type: String,
    example: 'correct horse',
    description:
      'At least 8 characters by default, at most 72 bytes. Without a password, the user cannot sign in until an administrator sets one.',
  })
  @IsOptional()
  @IsText({ min: 1, max: PASSWORD_MAX, whenNoString })
  password?: string | null;

  @ApiPropertyOptional({ type: Boolean, default: false })
  @IsOptional()
  @IsFlag()
  admin?: boolean | null;

  @ApiPropertyOptional({
    type: Boolean,
    example: true,
    description: 'Default: true, unless the server requires approval.',
  })
  @IsOptional()
  @IsFlag()
  approved?: boolean | null;

  @ApiPropertyOptional({ type: Boolean, default: false })
  @IsOptional()
  @IsFlag()
  blocked?: boolean | null;

  @ApiPropertyOptional({ type: Boolean, example: false, description: 'Only false, because this server sends no mail.' })
  @IsOptional()
  @IsFlag()
  need_email_confirmation?: boolean | null;
}

export class UserPatchInput {
  @ApiPropertyOptional({ type: String, minLength: 1, maxLength: NAME_MAX, example: 'Alice B.' })
  @IsOptional()
  @IsText({ min: 1, max: NAME_MAX, whenNoString })
  name?: string | null;

  @ApiPropertyOptional({ type: String, format: 'email', maxLength: EMAIL_MAX, example: 'alice.b@example.com' })
  @IsOptional()
  @IsEmailAddress()
  email?: string | null;

  @ApiPropertyOptional({
    type: Boolean,
    example: false,
    description: 'Users may block themselves; only administrators can unblock.',
  })
  @IsOptional()
  @IsFlag()
  blocked?: boolean | null;

  @ApiPropertyOptional({
    type: String,
    description: 'Administrators only, and of other users only: `POST users/:id/password` changes one’s own.',
  })
  @IsOptional()
  @IsText({ min: 1, max: PASSWORD_MAX, whenNoString })
  password?: string | null;

  @ApiPropertyOptional({ type: Boolean, example: false, description: 'Administrators only.' })
  @IsOptional()
  @IsFlag()
  admin?: boolean | null;

  @ApiPropertyOptional({
    type: Boolean,
    example: true,
    description: 'Administrators only; can only go from false to true.',
  })
  @IsOptional()
  @IsFlag()
  approved?: boolean | null;

  @ApiPropertyOptional({
    type: Boolean,
    example: false,
    description: 'Administrators only; only false, because this server sends no mail.',
  })
  @IsOptional()
  @IsFlag()
  need_email_confirmation?: boolean | null;
}

export class PasswordInput {
  @ApiPropertyOptional({
    type: String,
    example: 'correct horse',
    description: 'Required when users change their own password.',
  })
  @IsOptional()
  @IsText({ max: PASSWORD_MAX, whenNoString })
  current_password?: string | null;

  @ApiProperty({ example: 'battery staple', description: 'At least 8 characters by default, at most 72 bytes.' })
  @IsText({ min: 1, max: PASSWORD_MAX, whenNoString })
  new_password!: string;
}

export class LogoutInput {
  @ApiPropertyOptional({
    type: String,
    description: 'Another login token of the caller. Default: the token of the request.',
  })
  @IsOptional()
  @IsText({ max: 255, whenNoString })
  token?: string | null;
}

/** A login by e-mail and password, or by a token; nothing else is accepted (docs/contracts/canvus.md §3.5). */
export type Login =
  | { readonly by: 'password'; readonly email: string; readonly password: string; readonly remember: boolean }
  | { readonly by: 'token'; readonly token: string; readonly remember: boolean };

/** The login body, for OpenAPI. */
export class LoginInput {
  @ApiPropertyOptional({ format: 'email', example: 'admin@example.com' })
  email?: string;

  @ApiPropertyOptional({
    example: 'admin@example.com',
    description: 'Another name of `email`, which some clients send instead of it; both together are refused.',
  })
  username?: string;

  @ApiPropertyOptional({ example: 'correct horse' })
  password?: string;

  @ApiPropertyOptional({ description: 'Instead of e-mail and password: a login token or an access token.' })
  token?: string;

  @ApiPropertyOptional({ default: false, description: 'The token lives for 30 days instead of 24 hours.' })
  remember?: boolean;
}

/** @throws CanvusError 400 for any other form; InputError */
export function readLogin(body: unknown): Login {
  // Some clients write null for what they do not send.
  const given = Object.entries(members(body)).filter(([, value]) => value !== null);
  const { email, username, password, token, remember = false, ...others } = Object.fromEntries(given);
  if (typeof remember === 'boolean' && Object.keys(others).length === 0) {
    const names = [email, username].filter((name) => name !== undefined);
    const [name] = names;
    if (typeof token === 'string' && names.length === 0 && password === undefined) {
      return { by: 'token', token, remember };
    }
    if (typeof name === 'string' && names.length === 1 && typeof password === 'string' && token === undefined) {
      return { by: 'password', email: name, password, remember };
    }
  }
  throw new CanvusError(400, LOGIN_BODY);
}
