/** The response bodies, with keys in alphabetical order, and the functions that build them. */
import { ApiProperty } from '../../internals/index.js';
import type { IssuedPersonalToken, OpenedSession, PersonalToken, User } from '../../identity/index.js';

export class AccessTokenView {
  @ApiProperty({ example: '2021-07-02T06:38:36.025', description: 'UTC, milliseconds, without a zone suffix.' })
  created_at!: string;

  @ApiProperty({ example: 'First token' })
  description!: string;

  @ApiProperty({
    example: 'JDJhJDA0JENKTWJDT0g1QVNYSkFQTXh3NlhNWi44SUR3aHJaY2E1UUVaOGZUeTRDejB2ZnQzWGovclQ2',
    description: '80 characters [A-Za-z0-9].',
  })
  id!: string;
}

export class CreatedAccessTokenView extends AccessTokenView {
  @ApiProperty({
    example: 'QbhGvPSeh0hLSgfJb120I6by4ao1J5RRd59XmNOQq2g',
    description: 'The token itself, 43 base64url characters. It is never shown again.',
  })
  plain_token!: string;
}

export class UserView {
  @ApiProperty({ example: false })
  admin!: boolean;

  @ApiProperty({ example: true })
  approved!: boolean;

  @ApiProperty({ example: false })
  blocked!: boolean;

  @ApiProperty({ example: '2021-07-02T06:36:18.817Z' })
  created_at!: string;

  @ApiProperty({ example: 'alice@example.com' })
  email!: string;

  @ApiProperty({ example: 1001, type: 'integer' })
  id!: number;

  @ApiProperty({ example: '2021-07-02T06:38:35.998Z', description: 'Empty if the user has never signed in.' })
  last_login!: string;

  @ApiProperty({ example: 'Alice' })
  name!: string;

  @ApiProperty({ example: 'normal', enum: ['normal', 'deleted'], description: '`deleted` only in streams.' })
  state!: string;
}

export class LoginView {
  @ApiProperty({ example: 'W1bns7ZYuN_u7fQTR3i6L0JopiRCGsbNjXRw7Z-yX0E', description: 'The login token.' })
  token!: string;

  @ApiProperty({ type: UserView, description: 'The user; `last_login` is the login before this one.' })
  user!: UserView;
}

export function accessTokenView(token: PersonalToken): AccessTokenView {
  return {
    created_at: token.createdAt.toISOString().slice(0, -1),
    description: token.label,
    id: token.handle,
  };
}

export function createdAccessTokenView({ token, secret }: IssuedPersonalToken): CreatedAccessTokenView {
  return { ...accessTokenView(token), plain_token: secret.reveal() };
}

export function userView(user: User): UserView {
  return {
    admin: user.admin,
    approved: user.approved,
    blocked: user.blocked,
    created_at: user.createdAt.toISOString(),
    email: user.email,
    id: user.id,
    last_login: user.lastLoginAt?.toISOString() ?? '',
    name: user.name,
    state: 'normal',
  };
}

export function loginView({ secret, user }: OpenedSession): LoginView {
  return { token: secret.reveal(), user: userView(user) };
}
