/** Who the caller is, as answers show it. */
import { ApiProperty } from '../../../internals/index.js';
import { EXAMPLE_ACCOUNT_ID } from '../latchkey.docs.js';

class MeUserView {
  @ApiProperty({ example: '1000' })
  id!: string;

  @ApiProperty({ example: 'Administrator' })
  name!: string;

  @ApiProperty({ example: 'admin@example.com' })
  email!: string;

  @ApiProperty({ enum: ['administrator', 'user'], description: 'An administrator of the server sees everything.' })
  role!: 'administrator' | 'user';
}

class MeAccountView {
  @ApiProperty({ example: EXAMPLE_ACCOUNT_ID })
  id!: string;

  @ApiProperty({ example: 'Default account' })
  name!: string;

  @ApiProperty({ enum: ['administrator', 'read_only'] })
  role!: 'administrator' | 'read_only';
}

class FeaturesView {
  @ApiProperty({ example: true, description: 'Whether this server serves the console.' })
  console!: boolean;

  @ApiProperty({ example: false, description: 'Whether people can log in by OpenID Connect.' })
  openid!: boolean;

  @ApiProperty({ example: true, description: 'Whether personal tokens can be created.' })
  personal_tokens!: boolean;

  @ApiProperty({
    example: true,
    description: 'Whether users are created, changed and deleted here; `false` if they are those of a host.',
  })
  own_users!: boolean;

  @ApiProperty({ example: true, description: 'Whether you have a password, which you can change then.' })
  change_password!: boolean;
}

class ServerNameView {
  @ApiProperty({ example: 'Latchkey' })
  name!: string;

  @ApiProperty({ example: '1.0.0' })
  version!: string;

  @ApiProperty({
    type: 'integer',
    example: 15,
    description: 'Longest pause between the events of a stream: one that is silent for much longer is broken.',
  })
  events_keepalive_seconds!: number;
}

class MeHostView {
  @ApiProperty({ type: String, nullable: true, example: 'Shop', description: 'Its name.' })
  name!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: '/logout',
    description: 'Where one signs out, a path or an address; `null` if the host does not say.',
  })
  sign_out_url!: string | null;
}

export class MeView {
  @ApiProperty()
  user!: MeUserView;

  @ApiProperty({ type: [MeAccountView], description: 'The accounts that they are a member of, at most 200.' })
  accounts!: MeAccountView[];

  @ApiProperty({
    enum: ['cookie', 'bearer', 'host'],
    description: '`host`: by the sign-in of the application that embeds this server.',
  })
  via!: 'cookie' | 'bearer' | 'host';

  @ApiProperty({
    type: String,
    nullable: true,
    example: null,
    description: 'By cookie and by `host`: what the header `Latchkey-CSRF` of writes has to hold.',
  })
  csrf_token!: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    example: '2030-01-31T12:00:00.000Z',
    description: 'When the login or the token ends.',
  })
  expires_at!: string | null;

  @ApiProperty({ type: MeHostView, nullable: true, description: 'The host, if one is signed in there.' })
  host!: MeHostView | null;

  @ApiProperty()
  features!: FeaturesView;

  @ApiProperty()
  server!: ServerNameView;
}
