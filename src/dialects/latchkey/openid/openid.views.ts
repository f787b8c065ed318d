/** The ways to sign in to the console, as answers show them. */
import { ApiProperty } from '../../../internals/index.js';

class OpenIdWayView {
  @ApiProperty({ example: 'Sign in with your organization', description: 'The label of the button.' })
  label!: string;
}

class HostWayView {
  @ApiProperty({ type: String, nullable: true, example: 'Shop', description: 'Its name.' })
  name!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: '/login?next={return_to}',
    description:
      'Where one signs in, a path or an address, with `{return_to}` in the place of the page that one comes from; `null` ' +
      'if the host does not say.',
  })
  sign_in_url!: string | null;
}

export class SignInWaysView {
  @ApiProperty({
    enum: ['everyone', 'administrators', 'nobody'],
    description: 'Who can sign in with a password: administrators are those of the server.',
  })
  password!: 'everyone' | 'administrators' | 'nobody';

  @ApiProperty({
    example: true,
    description: 'Whether `POST /session` takes tokens; not where users are those of a host.',
  })
  token!: boolean;

  @ApiProperty({
    type: OpenIdWayView,
    nullable: true,
    description: 'By `GET /session/openid`; `null` if no provider is configured.',
  })
  openid!: OpenIdWayView | null;

  @ApiProperty({
    type: HostWayView,
    nullable: true,
    description: 'The application that embeds this server, if its sign-in counts here.',
  })
  host!: HostWayView | null;
}
