/** The bodies of requests about users (docs/contracts/latchkey.md §4). */
import { IsBoolean, IsIn, IsInt, IsOptional, Max, Min, ValidateBy } from 'class-validator';
import { ApiProperty, ApiPropertyOptional } from '../../../internals/index.js';
import { INTEGER_MAX } from '../../../core/index.js';
import { IsText } from '../../../http/index.js';
import { EMAIL_MAX, isEmailAddress, readEmailAddress } from '../../../identity/index.js';
import { USER_ROLES, type UserRole } from './users.views.js';

const NAME_MAX = 255;

/** Far above the limit of a password, which the hashing service checks in bytes. */
const PASSWORD_MAX = 1000;

const PASSWORD =
  'At least 8 characters by default, at most 72 bytes. Without one, the server makes it and the answer has it.';

/** Requires an address that users can have. */
export function IsEmailAddress(): PropertyDecorator {
  return ValidateBy({
    name: 'isEmailAddress',
    validator: {
      validate: isEmailAddress,
      defaultMessage: (rule) => {
        const name = rule?.property ?? 'email';
        if (typeof rule?.value !== 'string') return `${name} must be an e-mail address`;
        const address = readEmailAddress(rule.value);
        return `${name} ${'flaw' in address ? address.flaw : 'must be an e-mail address'}`;
      },
    },
  });
}

/** Requires one of some texts. */
export function IsOneOf(values: readonly string[]): PropertyDecorator {
  return IsIn([...values], { message: ({ property }) => `${property} must be one of ${values.join(', ')}` });
}

/** Requires `true` or `false`. */
export function IsFlag(): PropertyDecorator {
  return IsBoolean({ message: ({ property }) => `${property} must be true or false` });
}

export class NewUserInput {
  @ApiProperty({ format: 'email', maxLength: EMAIL_MAX, example: 'alice@example.com' })
  @IsEmailAddress()
  email!: string;

  @ApiPropertyOptional({
    type: String,
    minLength: 1,
    maxLength: NAME_MAX,
    example: 'Alice',
    description: 'Default: the address.',
  })
  @IsOptional()
  @IsText({ min: 1, max: NAME_MAX })
  name?: string | null;

  @ApiPropertyOptional({ type: String, maxLength: PASSWORD_MAX, example: 'correct horse', description: PASSWORD })
  @IsOptional()
  @IsText({ min: 1, max: PASSWORD_MAX })
  password?: string | null;

  @ApiPropertyOptional({ enum: USER_ROLES, default: 'user' })
  @IsOptional()
  @IsOneOf(USER_ROLES)
  role?: UserRole | null;
}

export class UserPatchInput {
  @ApiPropertyOptional({ type: String, minLength: 1, maxLength: NAME_MAX, example: 'Alice B.' })
  @IsOptional()
  @IsText({ min: 1, max: NAME_MAX })
  name?: string | null;

  @ApiPropertyOptional({ type: String, format: 'email', maxLength: EMAIL_MAX, example: 'alice.b@example.com' })
  @IsOptional()
  @IsEmailAddress()
  email?: string | null;

  @ApiPropertyOptional({ enum: USER_ROLES, description: 'Administrators of the server only.' })
  @IsOptional()
  @IsOneOf(USER_ROLES)
  role?: UserRole | null;

  @ApiPropertyOptional({
    type: Boolean,
    example: true,
    description: 'Administrators of the server only. None of the tokens of a blocked user is accepted.',
  })
  @IsOptional()
  @IsFlag()
  blocked?: boolean | null;

  @ApiPropertyOptional({
    type: Boolean,
    example: true,
    description: 'Administrators of the server only. An approval cannot be withdrawn: block the user instead.',
  })
  @IsOptional()
  @IsFlag()
  approved?: boolean | null;
}

export class PasswordInput {
  @ApiPropertyOptional({ type: String, maxLength: PASSWORD_MAX, example: 'battery staple', description: PASSWORD })
  @IsOptional()
  @IsText({ min: 1, max: PASSWORD_MAX })
  password?: string | null;
}

export class EndAccessInput {
  @ApiPropertyOptional({ type: Boolean, default: false, description: 'Whether to tell only what would end.' })
  @IsOptional()
  @IsFlag()
  dry_run?: boolean | null;

  @ApiPropertyOptional({
    type: 'integer',
    example: 10,
    description: 'How many tokens and logins end by a dry run, in all. 409 if it is another number now.',
  })
  @IsOptional()
  @IsInt({ message: 'expected must be a whole number' })
  @Min(0, { message: 'expected must be a whole number' })
  @Max(INTEGER_MAX, { message: 'expected must be a whole number' })
  expected?: number | null;
}

export class ErasureInput {
  @ApiProperty({ maxLength: EMAIL_MAX, example: 'alice@example.com', description: 'Their address, to be sure.' })
  @IsText({ min: 1, max: EMAIL_MAX })
  email!: string;
}
