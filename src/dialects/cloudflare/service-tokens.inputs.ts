/** Request bodies about service tokens. Undeclared members are ignored; for optional members, `null` counts as absent. */
import { IsBoolean, IsOptional } from 'class-validator';
import { ApiProperty, ApiPropertyOptional } from '../../internals/index.js';
import { IsText, parseRfc3339 } from '../../http/index.js';
import { isDuration } from './duration.js';
import { Rule } from './input-rules.js';

/** Maximum number of characters of a name (docs/contracts/cloudflare.md §1.2). */
export const NAME_MAX = 350;

/** Stays far enough below the limit of the integer column, even for a rotation per second in a hundred years. */
const VERSION_MAX = 1_000_000_000;

const DURATION_RULE =
  'duration must be "forever" or a positive Go duration such as "8760h" or "2h45m" ' +
  '(units ns, us, ms, s, m, h; at most 2562047h47m16.854775807s)';
const TIME_RULE = 'must be an RFC 3339 date and time such as "2030-01-31T12:00:00Z"';
const VERSION_RULE = `client_secret_version must be a whole number from 0 to ${String(VERSION_MAX)}; 0 means not given`;

const isVersion = (value: unknown): boolean =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) <= VERSION_MAX;

const isTime = (value: unknown): boolean => typeof value === 'string' && parseRfc3339(value) !== undefined;

export class RotateInput {
  @ApiPropertyOptional({
    type: String,
    example: '2030-01-31T12:00:00Z',
    description: 'Until when the old secret still works. It stops working at once if this is absent or in the past.',
  })
  @IsOptional()
  @Rule(isTime, `previous_client_secret_expires_at ${TIME_RULE}`)
  previous_client_secret_expires_at?: string | null;
}

/** The common members of create and update. The others are separate: their rules or their meaning differ. */
abstract class ServiceTokenFields {
  @ApiPropertyOptional({
    type: String,
    default: '8760h',
    example: '17520h',
    description: '`forever` or a Go duration. On an update it renews the token, which then expires at now + duration.',
  })
  @IsOptional()
  @Rule(isDuration, DURATION_RULE)
  duration?: string | null;

  @ApiPropertyOptional({ type: Boolean, example: true, description: 'A disabled token is kept but not accepted.' })
  @IsOptional()
  @IsBoolean({ message: 'enabled must be true or false' })
  enabled?: boolean | null;
}

export class ServiceTokenPatchInput extends ServiceTokenFields {
  @ApiPropertyOptional({ type: String, minLength: 1, maxLength: NAME_MAX, example: 'CI/CD token' })
  @IsOptional()
  @IsText({ min: 1, max: NAME_MAX })
  name?: string | null;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    maximum: VERSION_MAX,
    example: 2,
    description: 'A version above the current one rotates the secret. 0 counts as absent.',
  })
  @IsOptional()
  @Rule(isVersion, VERSION_RULE)
  client_secret_version?: number | null;

  @ApiPropertyOptional({
    type: String,
    example: '2030-01-31T12:00:00Z',
    description:
      'Until when the old secret still works. With a rotation, a time in the past ends it at once; otherwise it moves ' +
      'or ends a running overlap.',
  })
  @IsOptional()
  @Rule(isTime, `previous_client_secret_expires_at ${TIME_RULE}`)
  previous_client_secret_expires_at?: string | null;
}

export class NewServiceTokenInput extends ServiceTokenFields {
  @ApiProperty({ minLength: 1, maxLength: NAME_MAX, example: 'CI/CD token' })
  @IsText({ min: 1, max: NAME_MAX })
  name!: string;

  // The vendor's clients may send these; they say nothing about a new token, so the documentation leaves them out.
  @IsOptional()
  @Rule(isVersion, VERSION_RULE)
  client_secret_version?: number | null;

  @IsOptional()
  @Rule(isTime, `previous_client_secret_expires_at ${TIME_RULE}`)
  previous_client_secret_expires_at?: string | null;
}
