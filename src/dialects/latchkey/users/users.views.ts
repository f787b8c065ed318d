/** Users, and what belongs to them, as answers show it (docs/contracts/latchkey.md §4). */
import { ApiProperty, ApiPropertyOptional } from '../../../internals/index.js';
import type { DirectoryUser } from '../../../core/index.js';
import type { User, UserAccess, UserFigures } from '../../../identity/index.js';
import { listOf } from '../query/paging.js';
import { timeView } from '../times.js';

/** What a user can be. */
export const USER_ROLES = ['administrator', 'user'] as const;

/** In which states users can be. */
export const USER_STATES = ['active', 'blocked', 'unapproved'] as const;

export type UserRole = (typeof USER_ROLES)[number];
export type UserState = (typeof USER_STATES)[number];

export class UserView {
  @ApiProperty({ example: '1000' })
  id!: string;

  @ApiProperty({ example: 'Alice' })
  name!: string;

  @ApiProperty({ example: 'alice@example.com' })
  email!: string;

  @ApiProperty({ enum: USER_ROLES, description: 'An administrator of the server sees and changes everything.' })
  role!: UserRole;

  @ApiProperty({ enum: USER_STATES, description: 'Only tokens of `active` users are accepted.' })
  state!: UserState;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    example: '2026-01-31T12:00:00.000Z',
    description: '`null` for users of a host.',
  })
  created_at!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2026-01-31T12:00:00.000Z' })
  last_login_at!: string | null;

  @ApiProperty({ type: 'integer', example: 2, description: 'Personal tokens.' })
  tokens!: number;

  @ApiProperty({ type: 'integer', example: 5, description: 'Tokens of accounts that they have created.' })
  created_service_tokens!: number;

  @ApiProperty({ type: 'integer', example: 1, description: 'Accounts that they are a member of.' })
  accounts!: number;
}

export const UserList = listOf(UserView);

export class CreatedUserView {
  @ApiProperty()
  user!: UserView;

  @ApiPropertyOptional({
    example: 'QbhGvPSeh0hLSgfJb120I6by4ao1J5RR',
    description: 'The password, if none was given. It is never shown again.',
  })
  password?: string;
}

export class NewPasswordView {
  @ApiPropertyOptional({
    example: 'QbhGvPSeh0hLSgfJb120I6by4ao1J5RR',
    description: 'The password, if none was given. It is never shown again.',
  })
  password?: string;
}

export class EndedAccessView {
  @ApiProperty({ example: true, description: 'Whether nothing has ended yet.' })
  dry_run!: boolean;

  @ApiProperty({ type: 'integer', example: 2 })
  personal_tokens!: number;

  @ApiProperty({ type: 'integer', example: 3 })
  logins!: number;

  @ApiProperty({ type: 'integer', example: 5, description: 'Service tokens that they have created.' })
  service_tokens!: number;

  @ApiProperty({ type: 'integer', example: 0, description: 'Access tokens that they have created.' })
  access_tokens!: number;

  @ApiProperty({ type: 'integer', example: 1, description: 'In how many accounts those are.' })
  accounts!: number;
}

export class ErasedUserView {
  @ApiProperty({ type: 'integer', example: 12, description: 'How many rows of the audit log have changed.' })
  audit_rows!: number;
}

/** A user of a host. */
export interface ShownUser extends Pick<DirectoryUser, 'id' | 'name' | 'email' | 'admin' | 'status'> {
  readonly shownId: string;
  /** Not known. */
  readonly createdAt: null;
  readonly lastLoginAt: null;
}

function stateOf(user: User | ShownUser): UserState {
  if ('status' in user) return user.status;
  return user.blocked ? 'blocked' : user.approved ? 'active' : 'unapproved';
}

export function userView(user: User | ShownUser, figures: UserFigures | undefined): UserView {
  return {
    id: 'shownId' in user ? user.shownId : String(user.id),
    name: user.name,
    email: user.email,
    role: user.admin ? 'administrator' : 'user',
    state: stateOf(user),
    created_at: timeView(user.createdAt),
    last_login_at: timeView(user.lastLoginAt),
    tokens: figures?.personalTokens ?? 0,
    created_service_tokens: figures?.createdTokens ?? 0,
    accounts: figures?.accounts ?? 0,
  };
}

export function endedAccessView({ own, created, accounts }: UserAccess, dryRun: boolean): EndedAccessView {
  const { access_token: accessTokens = 0, ...others } = created;
  return {
    dry_run: dryRun,
    personal_tokens: own.personal_token ?? 0,
    logins: own.session ?? 0,
    service_tokens: Object.values(others).reduce((sum, count) => sum + count, 0),
    access_tokens: accessTokens,
    accounts,
  };
}
