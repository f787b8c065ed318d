/** Tokens as answers show them (docs/contracts/latchkey.md §2). */
import { ApiProperty } from '../../../internals/index.js';
import type { TokenAbility, TokenState } from '../../../core/index.js';
import { EXAMPLE_ACCOUNT_ID, EXAMPLE_TOKEN_ID } from '../latchkey.docs.js';
import { listOf } from '../query/paging.js';

const TIME = '2030-01-31T12:00:00.000Z';

export class AccountReferenceView {
  @ApiProperty({ example: EXAMPLE_ACCOUNT_ID })
  id!: string;

  @ApiProperty({ example: 'Default account' })
  name!: string;
}

export class PersonView {
  @ApiProperty({ example: '1000' })
  id!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'Administrator',
    description: '`null` for somebody who is gone, or whom you may not see.',
  })
  name!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'admin@example.com' })
  email!: string | null;
}

export class UseView {
  @ApiProperty({ format: 'date-time', example: TIME, description: 'Accurate to about a minute.' })
  at!: string;

  @ApiProperty({ type: String, nullable: true, example: '203.0.113.7' })
  address!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'curl/8.14.1' })
  user_agent!: string | null;
}

class OverlapView {
  @ApiProperty({
    type: String,
    nullable: true,
    format: 'date-time',
    example: TIME,
    description: 'When the token was rotated; `null` if it was before the server kept that.',
  })
  started_at!: string | null;

  @ApiProperty({ format: 'date-time', example: TIME, description: 'When the previous secret ends.' })
  ends_at!: string;

  @ApiProperty({ type: UseView, nullable: true, description: 'The last use of the previous secret.' })
  last_use!: UseView | null;
}

export const ABILITIES: readonly TokenAbility[] = [
  'rename',
  'rotate',
  'renew',
  'disable',
  'enable',
  'revoke',
  'end_overlap',
  'change_scopes',
];

export class TokenView {
  @ApiProperty({ example: EXAMPLE_TOKEN_ID })
  id!: string;

  @ApiProperty({ example: 'service_token', description: 'For example `service_token`, `personal_token`.' })
  kind!: string;

  @ApiProperty({ example: 'CI/CD token' })
  name!: string;

  @ApiProperty({ type: AccountReferenceView, nullable: true, description: 'The account that it belongs to.' })
  account!: AccountReferenceView | null;

  @ApiProperty({ type: PersonView, nullable: true, description: 'The user that it acts for.' })
  owner!: PersonView | null;

  @ApiProperty({ type: PersonView, nullable: true, description: 'On whose behalf it was issued.' })
  created_by!: PersonView | null;

  @ApiProperty({ type: String, nullable: true, example: '88bf3b6d86161464f6509f7219099e57.access' })
  client_id!: string | null;

  @ApiProperty({ example: '…099e57.access', description: 'By which people recognise it; never a secret.' })
  handle!: string;

  @ApiProperty({
    type: [String],
    nullable: true,
    example: ['deploy:read', 'deploy:write'],
    description: 'What applications may admit it for, sorted; `null` for a token without scopes.',
  })
  scopes!: string[] | null;

  @ApiProperty({ enum: ['active', 'expired', 'disabled'] })
  state!: TokenState;

  @ApiProperty({ format: 'date-time', example: TIME })
  created_at!: string;

  @ApiProperty({ format: 'date-time', example: TIME })
  updated_at!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: TIME, description: '`null` for never.' })
  expires_at!: string | null;

  @ApiProperty({ type: 'integer', example: 1, description: 'Increases with every rotation.' })
  version!: number;

  @ApiProperty({ type: UseView, nullable: true, description: 'The last use; `null` if it was never used.' })
  last_use!: UseView | null;

  @ApiProperty({ type: OverlapView, nullable: true, description: 'While the previous secret is accepted, too.' })
  overlap!: OverlapView | null;

  @ApiProperty({ enum: ABILITIES, isArray: true, example: ['rename', 'rotate'], description: 'What you may do now.' })
  permissions!: TokenAbility[];
}

export class TokenListView extends listOf(TokenView) {
  @ApiProperty({
    type: 'integer',
    nullable: true,
    example: null,
    description: 'How many match, at most 10,000; `null` unless `total=true` asks for it.',
  })
  total!: number | null;
}

export class TokenWithSecretView {
  @ApiProperty()
  token!: TokenView;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    example: {
      client_id: '88bf3b6d86161464f6509f7219099e57.access',
      client_secret: 'lkst_4YkVqmnJ2pXW0s8ZtR1cLhB6uDdEfGa9oNiQxMwT1b2e6d01',
    },
    description:
      'The secret by the names of its parts: `client_id` and `client_secret`, or `token`. Never shown again.',
  })
  secret!: Record<string, string>;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    example: { 'CF-Access-Client-Id': '88bf3b6d86161464f6509f7219099e57.access' },
    description: 'The headers that present it.',
  })
  headers!: Record<string, string>;
}
