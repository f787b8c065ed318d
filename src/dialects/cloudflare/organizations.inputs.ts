/** Request bodies of organizations (docs/contracts/cloudflare.md §4.5, §10.3). */
import { Allow, IsOptional } from 'class-validator';
import { ApiProperty, ApiPropertyOptional } from '../../internals/index.js';
import { readDomain, type JsonObject, type Organization, type OrganizationValues } from '../../applications/index.js';
import { InputError, IsText } from '../../http/index.js';
import { Rule, isObject } from './input-rules.js';
import { NAME_MAX } from './policies.inputs.js';

const DAYS_MIN = 30;
const DAYS_MAX = 365;

const isDomain = (value: unknown): boolean => typeof value === 'string' && readDomain(value) !== undefined;
const DOMAIN_RULE = 'auth_domain must be the name of a host, such as "team.example.com"';
const STRICT_RULE =
  'strict_service_token_auth cannot be turned off: this server never answers a service token with a redirect or a cookie';

abstract class OrganizationFields {
  @ApiPropertyOptional({
    type: Object,
    example: { enabled: true, inactivity_threshold_days: 90, action: 'disable' },
    description:
      `What happens to service tokens that have not been used for ${String(DAYS_MIN)} to ${String(DAYS_MAX)} days: ` +
      '`action` is `disable` or `delete`. Absent members stay unchanged.',
  })
  @Allow()
  service_token_inactivity?: unknown;

  @ApiPropertyOptional({ type: Boolean, example: true, description: 'Always true.' })
  @IsOptional()
  @Rule((value) => value === true, STRICT_RULE)
  strict_service_token_auth?: boolean | null;
}

export class OrganizationPatchInput extends OrganizationFields {
  @ApiPropertyOptional({ type: String, minLength: 1, maxLength: NAME_MAX, example: 'Acme' })
  @IsOptional()
  @IsText({ min: 1, max: NAME_MAX })
  name?: string | null;

  @ApiPropertyOptional({ type: String, example: 'acme.access.example.com', description: 'Unique on this server.' })
  @IsOptional()
  @Rule(isDomain, DOMAIN_RULE)
  auth_domain?: string | null;
}

export class OrganizationInput extends OrganizationFields {
  @ApiProperty({ minLength: 1, maxLength: NAME_MAX, example: 'Acme' })
  @IsText({ min: 1, max: NAME_MAX })
  name!: string;

  @ApiProperty({ example: 'acme.access.example.com', description: 'Unique on this server.' })
  @Rule(isDomain, DOMAIN_RULE)
  auth_domain!: string;
}

/** Members of an organization that are read, or that the server makes; all others are kept and shown. */
export const ORGANIZATION_MEMBERS = [
  'auth_domain',
  'created_at',
  'name',
  'service_token_inactivity',
  'strict_service_token_auth',
  'updated_at',
];

type Inactivity = Pick<OrganizationValues, 'inactivityEnabled' | 'inactivityDays' | 'inactivityAction'>;

const NO_INACTIVITY: Inactivity = { inactivityEnabled: false, inactivityDays: null, inactivityAction: null };

/** What a body says of a new organization. @throws InputError */
export function organizationValues(input: OrganizationInput, extra: JsonObject): OrganizationValues {
  return {
    name: input.name,
    authDomain: readDomain(input.auth_domain) ?? '',
    ...inactivityIn(input.service_token_inactivity, NO_INACTIVITY),
    extra,
  };
}

/** What a body changes of an organization; absent members stay unchanged. @throws InputError */
export function organizationChanges(
  { name, auth_domain: domain, service_token_inactivity: inactivity }: OrganizationPatchInput,
  extra: JsonObject,
  present: Organization,
): Partial<OrganizationValues> {
  return {
    ...(typeof name === 'string' && { name }),
    ...(typeof domain === 'string' && { authDomain: readDomain(domain) ?? '' }),
    ...inactivityIn(inactivity, present),
    extra: { ...present.extra, ...extra },
  };
}

function inactivityIn(value: unknown, present: Inactivity): Inactivity {
  const { inactivityEnabled, inactivityDays, inactivityAction } = present;
  if (value === undefined || value === null) return { inactivityEnabled, inactivityDays, inactivityAction };
  if (!isObject(value)) throw invalid('must be an object');
  const {
    enabled = inactivityEnabled,
    inactivity_threshold_days: days = inactivityDays,
    action = inactivityAction,
  } = value;
  if (typeof enabled !== 'boolean') throw invalid('enabled in it must be true or false');
  if (!enabled && days === null && action === null) return NO_INACTIVITY;
  if (!Number.isInteger(days) || Number(days) < DAYS_MIN || Number(days) > DAYS_MAX) {
    throw invalid(
      `inactivity_threshold_days in it must be a whole number from ${String(DAYS_MIN)} to ${String(DAYS_MAX)}`,
    );
  }
  if (action !== 'disable' && action !== 'delete') throw invalid('action in it must be "disable" or "delete"');
  return { inactivityEnabled: enabled, inactivityDays: Number(days), inactivityAction: action };
}

function invalid(what: string): InputError {
  return new InputError('service_token_inactivity', `service_token_inactivity ${what}`, false);
}
