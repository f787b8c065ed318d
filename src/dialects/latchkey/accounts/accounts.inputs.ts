/** The bodies of requests about accounts and members (docs/contracts/latchkey.md §5). */
import { IsOptional } from 'class-validator';
import { ApiProperty, ApiPropertyOptional } from '../../../internals/index.js';
import { INTEGER_MAX } from '../../../core/index.js';
import { IsText } from '../../../http/index.js';
import { ACCOUNT_NAME_MAX, EMAIL_MAX, ROLES, type Role } from '../../../identity/index.js';
import { Problem, wrongMember } from '../latchkey.problems.js';
import { IsOneOf } from '../users/users.inputs.js';

export class AccountInput {
  @ApiProperty({ minLength: 1, maxLength: ACCOUNT_NAME_MAX, example: 'Acme' })
  @IsText({ min: 1, max: ACCOUNT_NAME_MAX })
  name!: string;
}

export class AccountDeletionInput {
  @ApiProperty({ maxLength: ACCOUNT_NAME_MAX, example: 'Acme', description: 'The name of the account, to be sure.' })
  @IsText({ min: 1, max: ACCOUNT_NAME_MAX })
  name!: string;
}

export class NewMemberInput {
  @ApiPropertyOptional({
    type: String,
    maxLength: EMAIL_MAX,
    example: 'alice@example.com',
    description: 'Of an existing user.',
  })
  @IsOptional()
  @IsText({ min: 1, max: EMAIL_MAX })
  email?: string | null;

  @ApiPropertyOptional({ type: String, example: '1001', description: 'Of an existing user, instead of the address.' })
  @IsOptional()
  @IsText({ min: 1, max: 10 })
  user_id?: string | null;

  @ApiProperty({ enum: ROLES, example: 'read_only', description: '`read_only` sees everything and changes nothing.' })
  @IsOneOf(ROLES)
  role!: Role;
}

export class MemberPatchInput {
  @ApiProperty({ enum: ROLES, example: 'administrator' })
  @IsOneOf(ROLES)
  role!: Role;
}

/** Whom to make a member. @throws Problem */
export function personIn({ email, user_id: id }: NewMemberInput): string | number {
  if (typeof email === 'string' && typeof id !== 'string') return email;
  if (typeof id !== 'string' || typeof email === 'string') {
    throw new Problem('invalid-request', 'give either email or user_id');
  }
  if (/^[1-9]\d{0,9}$/.test(id) && Number(id) <= INTEGER_MAX) return Number(id);
  throw wrongMember('user_id', 'user_id must be the id of a user');
}
