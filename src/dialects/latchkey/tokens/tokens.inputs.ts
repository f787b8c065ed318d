/** The bodies of requests about tokens; unknown members are refused. */
import { ApiProperty, ApiPropertyOptional } from '../../../internals/index.js';
import { IsBoolean, IsOptional } from 'class-validator';
import { HOST_ID_MAX } from '../../../identity/index.js';
import { LAST_MOMENT_MS, SCOPES_MAX } from '../../../core/index.js';
import { IsText } from '../../../http/index.js';
import { EXAMPLE_ACCOUNT_ID } from '../latchkey.docs.js';
import { AreScopes, IsDuration, IsMoment, millisecondsOf, momentOf } from '../input-rules.js';
import { wrongMember } from '../latchkey.problems.js';

const NAME_MAX = 1000;
const ID_MAX = 64;
const TIME = '2030-01-31T12:00:00Z';

/** When a token expires. */
abstract class LifetimeFields {
  @ApiPropertyOptional({
    type: String,
    format: 'date-time',
    nullable: true,
    example: TIME,
    description: '`null` for never.',
  })
  @IsOptional()
  @IsMoment()
  expires_at?: string | null;

  @ApiPropertyOptional({ type: String, description: 'Instead: how long from now, for example `720h`.' })
  @IsOptional()
  @IsDuration()
  duration?: string | null;
}

export class NewTokenInput extends LifetimeFields {
  @ApiProperty({ example: 'service_token', description: '`service_token` or `personal_token`.' })
  @IsText({ min: 1, max: 32 })
  kind!: string;

  @ApiProperty({ minLength: 1, maxLength: NAME_MAX, example: 'CI/CD token' })
  @IsText({ min: 1, max: NAME_MAX })
  name!: string;

  @ApiPropertyOptional({ type: String, example: EXAMPLE_ACCOUNT_ID, description: 'For tokens of an account.' })
  @IsOptional()
  @IsText({ min: 1, max: ID_MAX })
  account_id?: string | null;

  @ApiPropertyOptional({
    type: String,
    description: 'For personal tokens: whom it acts for. Default: you; others only by administrators of the server.',
  })
  @IsOptional()
  @IsText({ min: 1, max: HOST_ID_MAX })
  owner_id?: string | null;

  @ApiPropertyOptional({
    type: [String],
    nullable: true,
    maxItems: SCOPES_MAX,
    example: ['deploy:read', 'deploy:write'],
    description:
      'What applications may admit it for, each 1 to 100 printable ASCII characters without spaces, quotation marks and ' +
      'backslashes. Default: none. With a token that has scopes, you can give only some of these, and have to.',
  })
  @IsOptional()
  @AreScopes()
  scopes?: string[] | null;
}

export class TokenPatchInput {
  @ApiPropertyOptional({ type: String, minLength: 1, maxLength: NAME_MAX, example: 'Deployment token' })
  @IsOptional()
  @IsText({ min: 1, max: NAME_MAX })
  name?: string | null;

  @ApiPropertyOptional({ type: String, format: 'date-time', nullable: true, description: '`null` for never.' })
  @IsOptional()
  @IsMoment()
  expires_at?: string | null;

  @ApiPropertyOptional({ type: Boolean, description: 'A disabled token is kept, but not accepted.' })
  @IsOptional()
  @IsBoolean({ message: 'disabled must be true or false' })
  disabled?: boolean | null;

  @ApiPropertyOptional({
    type: [String],
    nullable: true,
    maxItems: SCOPES_MAX,
    example: ['deploy:read'],
    description: 'In the place of all that it has. `null`: it has none any more, and is not limited.',
  })
  @IsOptional()
  @AreScopes()
  scopes?: string[] | null;
}

export class TokenRotationInput {
  @ApiPropertyOptional({
    type: String,
    example: '168h',
    description: 'How long the old secret still works. Default: it stops at once.',
  })
  @IsOptional()
  @IsDuration({ mayBeZero: true })
  overlap?: string | null;

  @ApiPropertyOptional({ type: String, format: 'date-time', description: 'Instead: until when it works.' })
  @IsOptional()
  @IsMoment()
  previous_secret_expires_at?: string | null;
}

export class TokenRenewalInput extends LifetimeFields {}

export class OverlapInput {
  @ApiProperty({ format: 'date-time', example: TIME, description: 'When the previous secret ends.' })
  @IsMoment()
  ends_at!: string;
}

/**
 * When a token is to expire: `null` for never, `undefined` if the body does not say.
 * @throws Problem
 */
export function expiryIn(
  { expires_at: at, duration }: Pick<LifetimeFields, 'expires_at' | 'duration'>,
  now: Date,
): Date | null | undefined {
  if (typeof duration === 'string') {
    if (at !== undefined) throw wrongMember('duration', 'give expires_at or duration, not both');
    const end = now.getTime() + millisecondsOf(duration);
    if (end > LAST_MOMENT_MS)
      throw wrongMember('duration', 'duration is longer than a token can last; give expires_at: null');
    return new Date(end);
  }
  if (at === undefined || at === null) return at;
  return inFuture('expires_at', momentOf(at), now);
}

/** When the old secret ends; `undefined` for at once. @throws Problem */
export function overlapIn(input: TokenRotationInput, now: Date): Date | undefined {
  const { overlap = null, previous_secret_expires_at: until = null } = input;
  if (until !== null) {
    if (overlap !== null) throw wrongMember('overlap', 'give overlap or previous_secret_expires_at, not both');
    return inFuture('previous_secret_expires_at', momentOf(until), now);
  }
  const milliseconds = overlap === null ? 0 : millisecondsOf(overlap);
  if (milliseconds === 0) return undefined;
  const end = now.getTime() + milliseconds;
  if (end > LAST_MOMENT_MS) throw wrongMember('overlap', 'overlap is longer than a token can last');
  return new Date(end);
}

/** @throws Problem for a moment that is over */
export function inFuture(name: string, moment: Date, now: Date): Date {
  if (moment > now) return moment;
  throw wrongMember(name, `${name} must be in the future`);
}
