/** The ways to sign in to the console, as answers show them. */
import { ApiProperty } from '../../../internals/index.js';

class OpenIdWayView {
  @ApiProperty({ example: 'Sign in with your organization', description: 'The label of the button.' })
  label!: string;
}

export class SignInWaysView {
  @ApiProperty({
    enum: ['everyone', 'administrators', 'nobody'],
    description: 'Who can sign in with a password: administrators are those of the server.',
  })
  password!: 'everyone' | 'administrators' | 'nobody';

  @ApiProperty({
    type: OpenIdWayView,
    nullable: true,
    description: 'By `GET /session/openid`; `null` if no provider is configured.',
  })
  openid!: OpenIdWayView | null;
}
