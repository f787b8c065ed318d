/** Request bodies of applications (docs/contracts/cloudflare.md §10.1). */
import { Allow, IsBoolean, IsOptional } from 'class-validator';
import { ApiPropertyOptional } from '../../internals/index.js';
import { readAddress, type AddressPattern, type ApplicationValues, type JsonObject } from '../../applications/index.js';
import { InputError, IsText } from '../../http/index.js';
import { HEADER_NAME } from './cloudflare.settings.js';
import { isSessionDuration } from './duration.js';
import { Rule, isObject } from './input-rules.js';
import { NAME_MAX, policyEntries } from './policies.inputs.js';

/** The only type of application that is served. */
const SELF_HOSTED = 'self_hosted';

/** Maximum number of addresses of an application. */
const ADDRESSES_MAX = 100;

const isHeaderName = (value: unknown): boolean => typeof value === 'string' && HEADER_NAME.test(value);

export class ApplicationInput {
  @ApiPropertyOptional({
    type: String,
    enum: [SELF_HOSTED],
    default: SELF_HOSTED,
    example: SELF_HOSTED,
    description: 'Other types are not served.',
  })
  @IsOptional()
  @Rule((value) => value === SELF_HOSTED, `app type is missing or invalid; this server serves "${SELF_HOSTED}"`)
  type?: string | null;

  @ApiPropertyOptional({
    type: String,
    minLength: 1,
    maxLength: NAME_MAX,
    example: 'Build server',
    description: 'Default: the domain.',
  })
  @IsOptional()
  @IsText({ min: 1, max: NAME_MAX })
  name?: string | null;

  @ApiPropertyOptional({
    type: String,
    maxLength: 1300,
    example: 'build.example.com/api',
    description:
      'A host, with or without a path, which is meant with everything below it. Each label of the host but the last, and ' +
      'each segment of the path, may have one `*`. Required without `self_hosted_domains` and `destinations`.',
  })
  @IsOptional()
  @IsText({ min: 1, max: 1300 })
  domain?: string | null;

  @ApiPropertyOptional({ type: [String], example: ['build.example.com/api'], description: 'Further addresses.' })
  @Allow()
  self_hosted_domains?: unknown;

  @ApiPropertyOptional({
    type: [Object],
    example: [{ type: 'public', uri: 'build.example.com/api' }],
    description: 'Further addresses: `uri` of those of the type `public`. Others are kept and shown.',
  })
  @Allow()
  destinations?: unknown;

  @ApiPropertyOptional({
    type: [Object],
    example: [{ id: 'f1a8b3c9-b4c2-4c4f-9c3a-8d1f0e2b6a57', precedence: 1 }],
    description:
      'All its policies: ids of reusable ones, objects with such an `id` and a `precedence`, and new ones that belong to ' +
      'the application. If it is absent on an update, they stay as they are.',
  })
  @Allow()
  policies?: unknown;

  @ApiPropertyOptional({
    type: Boolean,
    default: false,
    example: false,
    description: 'Whether `OPTIONS` requests reach the application without a token. Not together with `cors_headers`.',
  })
  @IsOptional()
  @IsBoolean({ message: 'options_preflight_bypass must be true or false' })
  options_preflight_bypass?: boolean | null;

  @ApiPropertyOptional({
    type: Boolean,
    example: true,
    description: 'Kept and shown. A refusal is 401 or 403 in any case, and never a redirect.',
  })
  @IsOptional()
  @IsBoolean({ message: 'service_auth_401_redirect must be true or false' })
  service_auth_401_redirect?: boolean | null;

  @ApiPropertyOptional({
    type: String,
    example: 'Authorization',
    description: 'The name of a header from which a service token is read, as a JSON object.',
  })
  @IsOptional()
  @Rule(
    (value) => value === '' || isHeaderName(value),
    'read_service_tokens_from_header must be the name of a header, such as "Authorization"',
  )
  read_service_tokens_from_header?: string | null;

  @ApiPropertyOptional({ type: String, default: '24h', example: '24h' })
  @IsOptional()
  @Rule(isSessionDuration, 'session_duration must be a Go duration such as "24h" (units ns, us, ms, s, m, h)')
  session_duration?: string | null;

  @Rule(
    (value) => value === undefined || value === null,
    'scim_config is not served by this server, and what it holds would be kept in clear; leave it out',
  )
  scim_config?: unknown;

  @Allow()
  cors_headers?: unknown;
}

/** Members of an application that are read, or that the server makes; all others are kept and shown. */
export const APPLICATION_MEMBERS = [
  'account_id',
  'aud',
  'created_at',
  'domain',
  'id',
  'name',
  'options_preflight_bypass',
  'policies',
  'scim_config',
  'service_auth_401_redirect',
  'session_duration',
  'type',
  'uid',
  'updated_at',
];

/**
 * What a body says of an application.
 * @param extra - its other members
 * @throws InputError
 */
export function applicationValues(input: ApplicationInput, extra: JsonObject): ApplicationValues {
  const domains = domainsIn(input);
  const [[, first]] = domains;
  const passesPreflight = input.options_preflight_bypass ?? false;
  if (passesPreflight && (input.cors_headers ?? null) !== null) {
    throw new InputError(
      'options_preflight_bypass',
      'options_preflight_bypass cannot be true with cors_headers',
      false,
    );
  }
  const header = input.read_service_tokens_from_header ?? '';
  return {
    name: input.name ?? first.slice(0, NAME_MAX),
    type: SELF_HOSTED,
    domain: first,
    passesPreflight,
    answersUnauthorized: input.service_auth_401_redirect ?? false,
    tokenHeader: header === '' ? null : header.toLowerCase(),
    sessionDuration: input.session_duration ?? null,
    extra,
    addresses: addressesOf(domains),
    policies: policyEntries(input.policies),
  };
}

/** The addresses as they were given, each with the member that has it. */
function domainsIn({
  domain,
  self_hosted_domains: more,
  destinations,
}: ApplicationInput): [[string, string], ...[string, string][]] {
  const own: [string, string][] = typeof domain === 'string' ? [['domain', domain]] : [];
  const further = listIn('self_hosted_domains', more).map((each): [string, unknown] => ['self_hosted_domains', each]);
  const uris = listIn('destinations', destinations).flatMap((each): [string, unknown][] => {
    if (!isObject(each)) throw new InputError('destinations', 'destinations must be a list of objects', false);
    return (each.type ?? 'public') === 'public' ? [['destinations', each.uri]] : [];
  });
  for (const [field, text] of [...further, ...uris]) {
    if (typeof text !== 'string') throw new InputError(field, `${field} must hold hosts, with or without paths`, false);
    if (!own.some(([, known]) => known === text)) own.push([field, text]);
  }
  const [first, ...others] = own;
  if (!first) throw new InputError('domain', 'domain is missing', true);
  if (own.length > ADDRESSES_MAX) {
    throw new InputError('destinations', `an application has at most ${String(ADDRESSES_MAX)} addresses`, false);
  }
  return [first, ...others];
}

function listIn(field: string, value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new InputError(field, `${field} must be a list`, false);
  return value;
}

function addressesOf(domains: readonly (readonly [string, string])[]): AddressPattern[] {
  return domains.map(([field, text]) => {
    const address = readAddress(text);
    if ('flaw' in address) throw new InputError(field, `${field} ${address.flaw}`, false);
    return address;
  });
}
