/** The bodies of requests about accounts and members (docs/contracts/latchkey.md §5). */
import { IsOptional } from 'class-validator';
import { ApiProperty, ApiPropertyOptional } from '../../../internals/index.js';
import { IsText } from '../../../http/index.js';
import { ACCOUNT_NAME_MAX, EMAIL_MAX, HOST_ID_MAX, ROLES, type Role } from '../../../identity/index.js';
import { Problem } from '../latchkey.problems.js';
import { IsOneOf } from '../users/users.inputs.js';

/** In no other example: the documents' page puts the id of the caller's own account in the place of that one. */
export const EXAMPLE_NEW_ACCOUNT_ID = '5f0c8a17b3d94e26a1c7d2e8f4b60935';

/** Longer texts are no ids; the service says what an id is. */
const ACCOUNT_ID_MAX = 64;

export class AccountInput {
  @ApiProperty({ minLength: 1, maxLength: ACCOUNT_NAME_MAX, example: 'Acme' })
  @IsText({ min: 1, max: ACCOUNT_NAME_MAX })
  name!: string;
}

export class NewAccountInput extends AccountInput {
  @ApiPropertyOptional({
    type: String,
    pattern: '^[0-9a-f]{32}$',
    example: EXAMPLE_NEW_ACCOUNT_ID,
    description: 'An id of your choice, such as the UUID of a tenant without its hyphens. Default: a random one.',
  })
  @IsOptional()
  @IsText({ min: 1, max: ACCOUNT_ID_MAX })
  id?: string | null;
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
  @IsText({ min: 1, max: HOST_ID_MAX })
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

/** Whom to make a member: an address, or an id of the directory. @throws Problem */
export function personIn({ email, user_id: id }: NewMemberInput): { readonly email: string } | { readonly id: string } {
  if (typeof email === 'string' && typeof id !== 'string') return { email };
  if (typeof id === 'string' && typeof email !== 'string') return { id };
  throw new Problem('invalid-request', 'give either email or user_id');
}
