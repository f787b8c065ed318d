/** Logins, as answers show them (docs/contracts/latchkey.md §4). */
import { ApiProperty } from '../../../internals/index.js';
import type { Login } from '../../../identity/index.js';
import { listOf } from '../query/paging.js';
import { timeView } from '../times.js';

export class LoginView {
  @ApiProperty({ example: '0199a2b3-c4d5-4e6f-8a7b-9c0d1e2f3a4b' })
  id!: string;

  @ApiProperty({ format: 'date-time', example: '2026-01-31T12:00:00.000Z' })
  created_at!: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    example: '2026-01-31T12:30:00.000Z',
    description: 'Accurate to about a minute.',
  })
  last_used_at!: string | null;

  @ApiProperty({ format: 'date-time', example: '2026-02-01T12:00:00.000Z' })
  expires_at!: string;

  @ApiProperty({ type: String, nullable: true, example: '192.0.2.7', description: 'Of the last use.' })
  address!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'Mozilla/5.0', description: 'Of the last use.' })
  user_agent!: string | null;

  @ApiProperty({
    type: String,
    format: 'uuid',
    nullable: true,
    example: null,
    description:
      'The id of the token for whose holder it was opened with a token of the user; `null` for a login of the user.',
  })
  subject_token_id!: string | null;

  @ApiProperty({ example: false, description: 'Whether this request was made with it.' })
  current!: boolean;
}

export const LoginList = listOf(LoginView);

/** @param current - the id of the token of the request */
export function loginView(login: Login, current: string): LoginView {
  return {
    id: login.id,
    created_at: timeView(login.createdAt),
    last_used_at: timeView(login.lastSeenAt),
    expires_at: timeView(login.expiresAt),
    address: login.lastSeenAddress,
    user_agent: login.lastSeenAgent,
    subject_token_id: login.subjectId,
    current: login.id === current,
  };
}
